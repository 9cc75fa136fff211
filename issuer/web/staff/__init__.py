"""The markup of the pages for staff, in the frame of all pages."""
