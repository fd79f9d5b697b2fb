"""A content in the body of a page."""

from courses.h5p.admin.contents import content_chooser

ContentChooserBlock = content_chooser.get_block_class("ContentChooserBlock", "courses.h5p.blocks")
