"""Addresses of letters, below those of comparison."""

from django.urls import path

from fupin.quality.comparison.letters import views

urlpatterns = [
    path("letters/", views.home, name="letters"),
    path("letters/new/", views.new, name="letter_new"),
    path("letters/<int:pk>/", views.letter, name="letter"),
    path("letters/<int:pk>/change/", views.change, name="letter_change"),
    path("letters/<int:pk>/act/", views.act, name="letter_act"),
    path("letters/<int:pk>/list/", views.take, name="letter_list"),
    path("letters/<int:pk>/key/", views.key, name="letter_key"),
    path("letters/<int:pk>/print/", views.paper, name="letter_print"),
    path("letters/<int:pk>/answer/", views.answered, name="letter_answer"),
    path("<int:pk>/wrong/", views.wrong, name="returned_lines"),
    path("<int:pk>/arrange/", views.arrange, name="arrange"),
]
