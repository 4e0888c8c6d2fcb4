"""SF1601, "Afsend post": Digital Post and remote print by KOMBIT's common post component (Postkomponent).

Paths, entity ids and headers as in itk-dev/serviceplatformen and itk-dev-rpa/python-serviceplatformen, where no source
is named; docs/integration-sf1601.md tells it as a story.
"""
