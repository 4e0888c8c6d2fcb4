"""Remote print (fjernprint): runs of letters as zip files over SFTP, and the printer's receipts from files there.

No print provider publishes a format; this one is ours, and its schemas (`print-run.xsd`, `print-receipts.xsd`) are what
a provider agrees to. docs/recipes/print-provider.md tells how.
"""
