"""Addresses of accounts: signing in, my account, users and postings, the trail."""

from django.urls import path

from fupin.accounts.views import account, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("act-for/", sign_in.act_for, name="act_for"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/second-factor/", account.bind_second_factor, name="second_factor"),
    path("account/sessions/<int:id>/end/", account.end_session, name="end_session"),
    path("account/tokens/add/", account.add_token, name="add_token"),
    path("account/tokens/<int:id>/revoke/", account.revoke_token, name="revoke_token"),
]
