"""Columns of our lists."""

from wagtail.admin.ui.tables import Column


class DayColumn(Column):
    """A day, as the rest of the house writes it."""

    cell_template_name = "h5p/admin/when_cell.html"
    has_hour = False


class WhenColumn(DayColumn):
    has_hour = True
