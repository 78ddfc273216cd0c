"""Addresses of the register."""

from django.urls import path

from fupin.registry.views import accounts, acts, export, files, findings, households, imports, lists, persons, reveal

app_name = "registry"
urlpatterns = [
    path("households/", lists.households, name="households"),
    path("households/total/", lists.total, name="households_total"),
    path("households/filters/", lists.filtering, name="households_filters"),
    path("households/columns/", lists.choosing_columns, name="households_columns"),
    path("households/columns/keep/", lists.columns, name="households_columns_keep"),
    path("households/export/", export.households, name="households_export"),
    path("households/register/", acts.register, name="register"),
    path("households/findings/", findings.findings_many, name="findings_many"),
    path("households/move/", findings.move_many, name="move_many"),
    path("households/<str:number>/", households.household, name="household"),
    path("households/<str:number>/summary/", households.summary, name="household_summary"),
    path("households/<str:number>/history/", households.history, name="household_history"),
    path("households/<str:number>/print/", files.print_view, name="print"),
    path("households/<str:number>/qr.svg", files.qr_code, name="qr_code"),
    path("households/<str:number>/change/", acts.change, name="change"),
    path("households/<str:number>/members/add/", acts.add_member, name="add_member"),
    path("households/<str:number>/members/remove/", acts.remove_member, name="remove_member"),
    path("households/<str:number>/head/", acts.change_head, name="change_head"),
    path("households/<str:number>/split/", acts.split, name="split"),
    path("households/<str:number>/merge/", acts.merge, name="merge"),
    path("households/<str:number>/move/", acts.move, name="move"),
    path("households/<str:number>/findings/", findings.findings, name="findings"),
    path("households/<str:number>/income/enter/", accounts.enter, name="income_new"),
    path("households/<str:number>/income/<int:year>/", accounts.show, name="income"),
    path("households/<str:number>/income/<int:year>/change/", accounts.enter, name="income_change"),
    path("households/<str:number>/income/<int:year>/sign/", accounts.sign, name="income_sign"),
    path("households/<str:number>/attach/", files.attach, name="attach"),
    path("households/<str:number>/attachments/<int:pk>/", files.attachment, name="attachment"),
    path("households/<str:number>/reveal/<str:name>/", reveal.household, name="household_reveal"),
    path("imports/", imports.imports, name="imports"),
    path("imports/template/<str:ledger>/", imports.template, name="import_template"),
    path("imports/<int:pk>/", imports.show, name="import"),
    path("imports/<int:pk>/state/", imports.state, name="import_state"),
    path("imports/<int:pk>/decide/", imports.decide, name="import_decide"),
    path("imports/<int:pk>/rejects/", imports.rejects, name="import_rejects"),
    path("persons/<str:number>/", persons.person, name="person"),
    path("persons/<str:number>/change/", acts.change_person, name="person_change"),
    path("persons/<str:number>/history/", persons.history, name="person_history"),
    path("persons/<str:number>/reveal/<str:name>/", reveal.person, name="person_reveal"),
]
