"""Every English catalogue can be opened once it is built: without its character set it brings each English page down."""

import gettext

import pytest

from fupin.config import build


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in build.catalogues()}), ids=lambda f: f.parents[2].name
)
def test_a_built_catalogue_opens(folder):
    build.build()
    with (folder / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).info()["content-type"] == "text/plain; charset=UTF-8"
