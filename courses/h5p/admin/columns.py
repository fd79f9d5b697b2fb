"""Columns of our lists."""

from wagtail.admin.ui.tables import Column


class WhenColumn(Column):
    """A day and an hour, as the rest of the house writes them."""

    cell_template_name = "h5p/admin/when_cell.html"
