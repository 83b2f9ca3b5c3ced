"""The pages of the contracts that two reports describe: one module a workspace, named as its folder is.

``python -m docs._ext.contract_pages NAME > docs/contracts/NAME.md`` writes a page; a test holds every page to its runs.
Each module has ``page()``, the whole page as Markdown, and its figures come from settling its workspace.
"""
