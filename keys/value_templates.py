"""Templates of `__init__`, written by `template_text` of `keys/value_classes.py`; a test compares.

For classes of up to nineteen fields, and of up to six where `__post_init__` follows.
"""

# ruff: noqa: ANN001, ANN201, ANN202, D103, N807 - each is as long and as plain as its number says
# mypy: disable-error-code="no-untyped-def"


def init0():
    def __init__(self):
        pass

    return __init__


def init1(s0):
    def __init__(self, a0):
        s0(self, a0)

    return __init__


def init2(s0, s1):
    def __init__(self, a0, a1):
        s0(self, a0)
        s1(self, a1)

    return __init__


def init3(s0, s1, s2):
    def __init__(self, a0, a1, a2):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)

    return __init__


def init4(s0, s1, s2, s3):
    def __init__(self, a0, a1, a2, a3):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)

    return __init__


def init5(s0, s1, s2, s3, s4):
    def __init__(self, a0, a1, a2, a3, a4):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)

    return __init__


def init6(s0, s1, s2, s3, s4, s5):
    def __init__(self, a0, a1, a2, a3, a4, a5):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)

    return __init__


def init7(s0, s1, s2, s3, s4, s5, s6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)

    return __init__


def init8(s0, s1, s2, s3, s4, s5, s6, s7):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)

    return __init__


def init9(s0, s1, s2, s3, s4, s5, s6, s7, s8):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)

    return __init__


def init10(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)

    return __init__


def init11(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)

    return __init__


def init12(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)

    return __init__


def init13(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)

    return __init__


def init14(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)

    return __init__


def init15(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)
        s14(self, a14)

    return __init__


def init16(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)
        s14(self, a14)
        s15(self, a15)

    return __init__


def init17(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)
        s14(self, a14)
        s15(self, a15)
        s16(self, a16)

    return __init__


def init18(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)
        s14(self, a14)
        s15(self, a15)
        s16(self, a16)
        s17(self, a17)

    return __init__


def init19(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)
        s14(self, a14)
        s15(self, a15)
        s16(self, a16)
        s17(self, a17)
        s18(self, a18)

    return __init__


def init1_then(s0):
    def __init__(self, a0):
        s0(self, a0)
        self.__post_init__()

    return __init__


def init2_then(s0, s1):
    def __init__(self, a0, a1):
        s0(self, a0)
        s1(self, a1)
        self.__post_init__()

    return __init__


def init3_then(s0, s1, s2):
    def __init__(self, a0, a1, a2):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        self.__post_init__()

    return __init__


def init4_then(s0, s1, s2, s3):
    def __init__(self, a0, a1, a2, a3):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        self.__post_init__()

    return __init__


def init5_then(s0, s1, s2, s3, s4):
    def __init__(self, a0, a1, a2, a3, a4):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        self.__post_init__()

    return __init__


def init6_then(s0, s1, s2, s3, s4, s5):
    def __init__(self, a0, a1, a2, a3, a4, a5):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        self.__post_init__()

    return __init__
