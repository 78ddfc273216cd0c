"""Addresses of accounts: signing in, my account, users and postings, the trail."""

from django.urls import path

from fupin.accounts.views import account, handovers, officers, sign_in, trail, users

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-in/unfinished/", sign_in.unfinished_form, name="unfinished"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("act-for/", sign_in.act_for, name="act_for"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/second-factor/", account.bind_second_factor, name="second_factor"),
    path("account/sessions/<int:id>/end/", account.end_session, name="end_session"),
    path("account/tokens/add/", account.add_token, name="add_token"),
    path("account/tokens/<int:id>/revoke/", account.revoke_token, name="revoke_token"),
    path("users/", users.users, name="users"),
    path("users/add/", users.add_user, name="add_user"),
    path("users/officers/", officers.show, name="officers"),
    path("users/officers/villages/", officers.villages, name="officers_villages"),
    path("users/officers/export/", officers.export, name="officers_export"),
    path("users/officers/template/", officers.template, name="officers_template"),
    path("users/officers/appoint/", officers.appoint, name="officers_appoint"),
    path("users/<int:id>/", users.user, name="user"),
    path("users/<int:id>/postings/add/", users.add_posting, name="add_posting"),
    path("users/<int:id>/password/", users.reset_password, name="reset_password"),
    path("users/<int:id>/active/", users.set_active, name="set_active"),
    path("users/<int:id>/second-factor/", users.unbind, name="unbind"),
    path("users/<int:id>/unlock/", users.unlock, name="unlock"),
    path("users/postings/<int:id>/end/", users.end_posting, name="end_posting"),
    path("users/postings/<int:id>/handover/", handovers.draw_up, name="draw_up_handover"),
    path("handovers/<int:id>/", handovers.handover, name="handover"),
    path("audit/", trail.trail_page, name="audit"),
    path("audit/export/", trail.export, name="audit_export"),
]
