"""What every endpoint of the API shares: problem documents, pages by cursor, versions, one fast renderer.

An endpoint is parse → gate → one operation → answer; everything else is here or in `fupin.api`.
"""
