"""Addresses of quality."""

from django.urls import path

from fupin.quality.views import counting, lists, many, notes, proposing, rules, sweeps, tickets, workbooks

app_name = "quality"
urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", proposing.new, name="rule_new"),
    path("rules/<str:name>/", rules.rule, name="rule"),
    path("rules/<str:name>/preview/", proposing.preview, name="preview"),
    path("rules/<str:name>/switch/", proposing.switch, name="switch"),
    path("rules/<str:name>/version/", proposing.version, name="version"),
    path("rules/<str:name>/back/", proposing.back, name="back"),
    path("sweeps/", sweeps.sweeps, name="sweeps"),
    path("sweeps/<int:pk>/", sweeps.sweep, name="sweep"),
    path("tickets/", lists.tickets, name="tickets"),
    path("tickets/total/", lists.total, name="total"),
    path("tickets/counts/", lists.counts, name="counts"),
    path("tickets/counts/file/", counting.counts_file, name="counts_file"),
    path("tickets/workbook/", workbooks.workbook, name="workbook"),
    path("tickets/answers/", workbooks.home, name="answers"),
    path("tickets/answers/<int:pk>/", workbooks.book, name="answer_book"),
    path("tickets/answers/<int:pk>/state/", workbooks.state, name="answers_state"),
    path("tickets/answers/<int:pk>/decide/", workbooks.decide, name="answers_decide"),
    path("tickets/answers/<int:pk>/returned/", workbooks.returned, name="answers_returned"),
    path("tickets/answer/", many.answer, name="answer_many"),
    path("tickets/review/", many.review, name="review_many"),
    path("tickets/assign/", many.assign, name="assign_many"),
    path("households/<str:number>/notes/", notes.notes, name="notes"),
    path("households/<str:number>/", lists.of_household, name="of_household"),
    path("tickets/<int:pk>/", tickets.ticket, name="ticket"),
    path("tickets/<int:pk>/answer/", tickets.answer, name="answer"),
    path("tickets/<int:pk>/review/", tickets.review, name="review"),
    path("tickets/<int:pk>/assign/", tickets.assign, name="assign"),
    path("tickets/<int:pk>/evidence/<int:file>/", tickets.evidence, name="evidence"),
]
