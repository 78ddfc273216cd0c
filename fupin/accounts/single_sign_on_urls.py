"""Addresses of single sign-on, under the names that django-allauth looks for."""

from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path

urlpatterns = [
    path("oidc/<slug:provider_id>/", login_not_required(views.login), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/callback/", login_not_required(views.callback), name="openid_connect_callback"),
]
