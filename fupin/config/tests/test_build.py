import gettext
import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fupin.config.build import BrokenMessages, build, catalogues, compiled, read_messages

SOURCE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

# a note
#: place.py:1
msgid "户"
msgstr "household"

msgctxt "acts"
msgid "户"
msgstr "register"

#, python-format
msgid "%(count)d 户"
msgid_plural "%(count)d 户们"
msgstr[0] "%(count)d household"
msgstr[1] "%(count)d households"

#, fuzzy
msgid "未定"
msgstr "perhaps"

msgid ""
"长 "
"句"
msgstr "a \"long\" "
"sentence\n"
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_compiled_messages_are_found_by_gettext(source):
    table = gettext.GNUTranslations(io.BytesIO(compiled(read_messages(source))))
    assert table.gettext("户") == "household"
    assert table.pgettext("acts", "户") == "register"
    assert table.ngettext("%(count)d 户", "%(count)d 户们", 1) == "%(count)d household"
    assert table.ngettext("%(count)d 户", "%(count)d 户们", 2) == "%(count)d households"
    assert table.gettext("长 句") == 'a "long" sentence\n'
    assert table.gettext("未定") == "未定"


def test_the_table_says_what_the_reference_compiler_says(source):
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(SOURCE.encode()), locale="en"))
    theirs = gettext.GNUTranslations(io.BytesIO(out.getvalue()))
    ours = gettext.GNUTranslations(io.BytesIO(compiled(read_messages(source))))
    assert {key: text for key, text in ours._catalog.items() if key} == {
        key: text for key, text in theirs._catalog.items() if key
    }


def test_a_message_that_stands_twice_is_refused(source):
    source.write_text(SOURCE + '\nmsgid "户"\nmsgstr "family"\n', encoding="utf-8")
    with pytest.raises(BrokenMessages, match="户"):
        read_messages(source)


def test_every_catalogue_of_the_product_compiles():
    assert build() == len(catalogues())
