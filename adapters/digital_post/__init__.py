"""Digital Post (NgDP) by its REST interface: MeMos out, the contact register, receipts by pull.

Field names, paths and statuses: NgDP OpenAPI 1.68. docs/integration-digital-post.md tells it as a story.
"""
