"""What a holder is told when signing in, linking an account or closing it does not go on."""

from issuer.errors import RefusedError, UsageError


class SignInNameTaken(UsageError):
    """Somebody signs in under this name already."""

    code = "sign_in_name_taken"
    sentence = "This sign-in name is taken; choose another."


class SignInNameRefused(UsageError):
    """A sign-in name has another form."""

    code = "sign_in_name_refused"
    sentence = "A sign-in name has {shortest} to {longest} letters and digits, with . _ - @ among them."


class NewPasswordRefused(UsageError):
    """A new password is not taken; `kind` is that of `keys.sign_in.errors.PasswordRefused`."""

    code = "new_password_refused"
    sentence = "The new password is not taken ({kind})."


class SignInRefused(RefusedError):
    """Name, password or code do not fit; which of them is not said."""

    code = "sign_in_refused"
    sentence = "Name, password or code do not fit."


class SignInThrottled(RefusedError):
    """Too many tries."""

    code = "sign_in_throttled"
    sentence = "Too many tries to sign in; try again in {seconds} seconds."


class SignInCrowded(RefusedError):
    """More people sign in at this moment than can be checked."""

    code = "sign_in_crowded"
    sentence = "Too many people sign in at this moment; try again shortly."


class CodeDoesNotFit(RefusedError):
    """The code that should prove a new second step does not fit it."""

    code = "second_step_refused"
    sentence = "The code does not fit; check the clock of the device that shows it."


class IdentityRefused(RefusedError):
    """The agency did not confirm who somebody is, or its answer is not of this request."""

    code = "identity_refused"
    sentence = "The identity was not confirmed: {problem}."


class IdentityNotRegistered(RefusedError):
    """The identity was confirmed, but the bank's register has no such person."""

    code = "identity_not_registered"
    sentence = "The bank's register has no person with this identity yet; nothing was linked."


class UnderAge(RefusedError):
    """The person is younger than the law lets decide alone."""

    code = "under_age"
    sentence = "Below the age of {age} a legal representative has to agree; nothing was linked."


class AccountClosed(RefusedError):
    """The account is closed."""

    code = "account_closed"
    sentence = "The account {account} is closed."
