"""Texts of the libraries' own pages that we say in our words (R-SERVICE-2).

Named here, so that our catalogues hold them and win over the libraries'; what is not named is as the libraries say it.
English is written in `locale/en`, where our own texts, which are English already, have no place.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("Activate Authenticator App"),
    _("An authenticator app is not active."),
    _("Authentication using an authenticator app is active."),
    _("Authenticator App"),
    _("Change Password"),
    _("Confirm Access"),
    _("Current Password"),
    _("Deactivate Authenticator App"),
    _("Email"),
    _("Email address"),
    _("Forgot your password?"),
    _("Forgotten your password? Enter your email address below, and we'll send you an email allowing you to reset it."),
    _("New Password"),
    _("New Password (again)"),
    _("Password Reset"),
    _("Password Reset Email"),
    _("Password Set"),
    _("Recovery Codes"),
    _("Remember Me"),
    _("Reset My Password"),
    _("Set Password"),
    _("Sign Out"),
    _("Two-Factor Authentication"),
)
