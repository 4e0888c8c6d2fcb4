"""The pages for people, in Danish. They need no script; everything is read and done by links and forms."""
