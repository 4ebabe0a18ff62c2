// SPDX-License-Identifier: MIT
//
// Format specs. The tables are CPython's: for each value and spec what its format() gives, or throws.
#include <math.h>

#include "../support/vm_support.h"
#include "object/format.h"

// The value that a row's letter and text stand for: int, double, string.
static Value row_value(Vm *vm, char kind, const char *text) {
    double d;
    if (kind == 's')
        return vm_str(vm, text);
    if (kind == 'i')
        return integer_parse(vm_fiber(vm)->heap, text, strlen(text), 10);
    cr_assert(float_parse(text, strlen(text), &d));
    return value_from_double(d);
}

// clang-format off
static const struct {
    char kind;
    const char *value, *spec, *text;
} formatted[] = {
    {'i', "1125899906842624", "汉<012e", "1.125900e+15"},
    {'i', "1", "+#2_", "+1"},
    {'i', "0", "x>+0n", "+0"},
    {'i', "100000000000000000000", "汉>+15", "+100000000000000000000"},
    {'i', "-1234567", "x<10%", "-123456700.000000%"},
    {'i', "-10000000000000000000000000", "012%", "-1000000000000000150726508544.000000%"},
    {'i', "123456789", "^+1_%", "+12_345_678_900.000000%"},
    {'i', "1125899906842624", "汉= 5d", " 1125899906842624"},
    {'i', "-1", " =-020x", "-                  1"},
    {'i', "-42", "<12_e", "-4.200000e+01"},
    {'i', "123456789", "^%", "12345678900.000000%"},
    {'i', "100000000000000000000", ">g", "1e+20"},
    {'i', "-2251799813685248", "5X", "-8000000000000"},
    {'i', "255", "2b", "11111111"},
    {'i', "1125899906842624", "", "1125899906842624"},
    {'i', "1", "12X", "           1"},
    {'i', "-1", "^5g", " -1  "},
    {'i', "0", "é>%", "0.000000%"},
    {'i', "1000", ">12x", "         3e8"},
    {'i', "-1", "é=+010_o", "-éééééééé1"},
    {'i', "-1234567", "0^b", "-100101101011010000111"},
    {'i', "1000", "1x", "3e8"},
    {'i', "-2251799813685248", "12e", "-2.251800e+15"},
    {'i', "-10000000000000000000000000", "^0%", "-1000000000000000150726508544.000000%"},
    {'i', "-1234567", ">#b", "-0b100101101011010000111"},
    {'i', "1125899906842624", "<#1n", "1125899906842624"},
    {'i', "1125899906842624", "0=0_e", "1.125900e+15"},
    {'i', "100000000000000000000", "*^ 15X", " 56BC75E2D63100000"},
    {'i', "1", " 8g", "       1"},
    {'i', "-1234567", " n", "-1234567"},
    {'i', "-1", "1%", "-100.000000%"},
    {'i', "-1", "*>+15f", "******-1.000000"},
    {'i', "1000", "x>10,g", "xxxxx1,000"},
    {'i', "7", "^d", "7"},
    {'i', "-10000000000000000000000000", " 0f", "-10000000000000000905969664.000000"},
    {'i', "0", "#0e", "0.000000e+00"},
    {'i', "1000", "-_o", "1750"},
    {'i', "1", "08X", "00000001"},
    {'i', "1", "-#02g", "1.00000"},
    {'i', "7", "x<12", "7xxxxxxxxxxx"},
    {'i', "-42", "%", "-4200.000000%"},
    {'i', "1000", "=012%", "100000.000000%"},
    {'i', "123456789", "x^05", "123456789"},
    {'i', "-1", "#5n", "   -1"},
    {'i', "1", "x=#20d", "xxxxxxxxxxxxxxxxxxx1"},
    {'i', "7", "^08", "00070000"},
    {'i', "1125899906842624", "x>#0X", "0X4000000000000"},
    {'i', "-1234567", "5g", "-1.23457e+06"},
    {'i', "0", "1X", "0"},
    {'i', "1125899906842624", ">+", "+1125899906842624"},
    {'i', "-42", "+%", "-4200.000000%"},
    {'i', "1125899906842624", " #g", " 1.12590e+15"},
    {'i', "1000", ">0X", "3E8"},
    {'i', "7", "-0_o", "7"},
    {'i', "-2251799813685248", " =10_", "-2_251_799_813_685_248"},
    {'i', "-1", "é>#2_e", "-1.000000e+00"},
    {'i', "-1", "=d", "-1"},
    {'i', "255", "x^15", "xxxxxx255xxxxxx"},
    {'i', "1", "#2%", "100.000000%"},
    {'i', "-42", "^0d", "-42"},
    {'i', "1125899906842624", " <0_e", "1.125900e+15"},
    {'i', "-1234567", " =05x", "-12d687"},
    {'i', "1000", ">n", "1000"},
    {'i', "7", "0<#15_o", "0o7000000000000"},
    {'i', "-2251799813685248", "^,d", "-2,251,799,813,685,248"},
    {'i', "255", "=15_", "            255"},
    {'i', "-1234567", "0^5g", "-1.23457e+06"},
    {'i', "1125899906842624", "*<5", "1125899906842624"},
    {'i', "-2251799813685248", " >%", "-225179981368524800.000000%"},
    {'d', "1.5e-07", "+_.10%", "+0.0000150000%"},
    {'d', "nan", "é<0%", "nan%"},
    {'d', "0.5", "^0%", "50.000000%"},
    {'d', "-inf", "->10f", "-------inf"},
    {'d', "99999.5", "é^#10e", "9.999950e+04"},
    {'d', "-1.5", "+1E", "-1.500000E+00"},
    {'d', "-inf", "<#0e", "-inf"},
    {'d', "1.0", "*=-z2.2e", "1.00e+00"},
    {'d', "0.5", "x<z2G", "0.5"},
    {'d', "1e+16", "^ ,e", " 1.000000e+16"},
    {'d', "0.5", "+5F", "+0.500000"},
    {'d', "inf", "1n", "inf"},
    {'d', "1e+100", "-z12.10f", "10000000000000000159028911097599180468360808563945281389781327557747838772170381060813469985856815104.0000000000"},
    {'d', "-0.0", "^20%", "     -0.000000%     "},
    {'d', "1e-05", "#20", "              1.e-05"},
    {'d', "-1234567.891", "_G", "-1.23457E+06"},
    {'d', "123456789.0", "-012.10e", "1.2345678900e+08"},
    {'d', "1.5e-07", ".3", "1.5e-07"},
    {'d', "0.5", "<-20f", "0.500000            "},
    {'d', "0.0", "12.3", "         0.0"},
    {'d', "-0.0", "汉=#5G", "-0.00000"},
    {'d', "0.0", "x^20.6F", "xxxxxx0.000000xxxxxx"},
    {'d', "-0.0", " >z10,e", "0.000000e+00"},
    {'d', "0.0", ".0g", "0"},
    {'d', "9.5", "0=-02.6n", "9.5"},
    {'d', "-1234567.891", "^ #,e", "-1.234568e+06"},
    {'d', "-inf", "z10_e", "      -inf"},
    {'d', "1e+100", "*^-#_g", "1.00000e+100"},
    {'d', "-1.5", " =8.3%", "-150.000%"},
    {'d', "1e+100", " =2F", "10000000000000000159028911097599180468360808563945281389781327557747838772170381060813469985856815104.000000"},
    {'d', "1.5e-07", "<-1,.2F", "0.00"},
    {'d', "123456789.0", "-.3n", "1.23e+08"},
    {'d', "-0.0", "0<-F", "-0.000000"},
    {'d', "0.1", "=0.1G", "0.1"},
    {'d', "nan", "-z20", "                 nan"},
    {'d', "-1.5", "0_.3%", "-150.000%"},
    {'d', "123.456", "0^-z10,g", "0123.45600"},
    {'d', "1e-05", "0^+.0%", "+0%"},
    {'d', "123.456", "0=-z#.6n", "123.456"},
    {'d', "0.0", "8F", "0.000000"},
    {'d', "0.5", "é>+#08f", "+0.500000"},
    {'d', "2.5", "汉=-020g", "汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉2.5"},
    {'d', "inf", " <10g", "inf       "},
    {'d', "0.1", "汉>1,.17F", "0.10000000000000001"},
    {'d', "1.0", ".17F", "1.00000000000000000"},
    {'d', "1.0", "x=", "1.0"},
    {'d', "123.456", "G", "123.456"},
    {'d', "-1234567.891", "20n", "        -1.23457e+06"},
    {'d', "9.5", ".17n", "9.5"},
    {'d', "-inf", "<e", "-inf"},
    {'d', "123456789.0", "*<E", "1.234568E+08"},
    {'d', "9.5", "1.1%", "950.0%"},
    {'d', "1000000000000000.0", " >z15.0g", "          1e+15"},
    {'d', "-1.5", "-10_.6%", "-150.000000%"},
    {'d', "-inf", " <-5_.0F", "-INF "},
    {'d', "1e+100", "#5F", "10000000000000000159028911097599180468360808563945281389781327557747838772170381060813469985856815104.000000"},
    {'d', "1000000000000000.0", "é<2_.6f", "1_000_000_000_000_000.000000"},
    {'d', "-inf", "12,.6G", "        -INF"},
    {'d', "123456789.0", "^20.0%", "    12345678900%    "},
    {'d', "1e+16", "08E", "1.000000E+16"},
    {'d', "123.456", "=-5.2n", "1.2e+02"},
    {'d', "-1.5", "-.2g", "-1.5"},
    {'d', "1e+16", "-15.3f", "10000000000000000.000"},
    {'d', "nan", "<z20.1g", "nan                 "},
    {'d', "-1234567.891", "-^.0n", "-1e+06"},
    {'d', "1e-05", "^z#.1G", "1.E-05"},
    {'d', "0.5", " _%", " 50.000000%"},
    {'d', "0.0", "e", "0.000000e+00"},
    {'d', "1e+100", ">15.17n", "         1e+100"},
    {'d', "1e+16", "10%", "1000000000000000000.000000%"},
    {'s', "0", "<2", "0 "},
    {'s', "abc", "15.6s", "abc            "},
    {'s', "abc", "2", "abc"},
    {'s', "汉字", "", "汉字"},
    {'s', "abc", "^s", "abc"},
    {'s', "", "<", ""},
    {'s', "abc", "8", "abc     "},
    {'s', "汉字", "20.1", "汉                   "},
    {'s', "汉字", "汉^.1s", "汉"},
    {'s', "0", ">s", "0"},
    {'s', "abc", "15.10", "abc            "},
    {'s', "汉字", ".10s", "汉字"},
    {'s', "a", "^2.3", "a "},
    {'s', "", "汉^8s", "汉汉汉汉汉汉汉汉"},
    {'s', "héllo", "8", "héllo   "},
    {'s', "a", "^1s", "a"},
    {'s', "a", "5", "a    "},
    {'s', "", "<s", ""},
    {'s', "héllo", "é<.6", "héllo"},
    {'s', "汉字", "0<", "汉字"},
    {'s', "héllo", "*^12.2s", "*****hé*****"},
    {'s', "汉字", "<.6s", "汉字"},
    {'s', "0", ">", "0"},
    {'s', "a", "<10.6", "a         "},
    {'s', "a", "s", "a"},
    {'s', "", "^10", "          "},
    {'s', "héllo", "5.17s", "héllo"},
    {'s', "abc", " <", "abc"},
    {'s', "héllo", " ^8s", " héllo  "},
    {'s', "", "x>1s", "x"},
    {'s', "0", ".2s", "0"},
    {'s', "0", "^10s", "    0     "},
    {'s', "a", "", "a"},
    {'s', "", "0^.2", ""},
    {'s', "abc", "<12", "abc         "},
    {'s', "汉字", "s", "汉字"},
    {'s', "0", "->2.6s", "-0"},
    {'s', "a", "5s", "a    "},
    {'s', "héllo", "12.2", "hé          "},
    {'s', "0", "汉^s", "0"},
    {'s', "", "5.10s", "     "},
    {'s', "汉字", " <.1s", "汉"},
    {'s', "汉字", "*>.6s", "汉字"},
    {'s', "汉字", ">8.1", "       汉"},
    {'s', "abc", "^5", " abc "},
    {'s', "a", "^10", "    a     "},
    {'s', "0", "", "0"},
    {'s', "abc", "8s", "abc     "},
    {'s', "汉字", "^5.0s", "     "},
    {'s', "héllo", "20s", "héllo               "},
    {'s', "", "0<5.17s", "00000"},
    {'s', "abc", "s", "abc"},
    {'s', "0", "2s", "0 "},
    {'s', "a", "x<12", "axxxxxxxxxxx"},
    {'s', "a", ">s", "a"},
    {'s', "abc", ".10", "abc"},
    {'s', "héllo", "^.1", "h"},
    {'s', "abc", "0>.3", "abc"},
    {'s', "0", "x^.10", "0"},
    {'s', "0", "^15.17", "       0       "},
    {'s', "0", "<15", "0              "},
    {'s', "a", "-<.0", ""},
    {'s', "", "->10s", "----------"},
    {'s', "héllo", "0^.3s", "hél"},
    {'s', "0", "é<5s", "0éééé"},
    {'s', "héllo", ".17", "héllo"},
    {'s', "a", "0<20", "a0000000000000000000"},
    {'s', "0", "s", "0"},
    {'s', "汉字", "8", "汉字      "},
    {'s', "abc", "5.10", "abc  "},
};

static const struct {
    char kind;
    const char *value, *spec;
    ErrorClass error;
    const char *message;
} refused[] = {
    {'i', "5", "s", ERROR_ValueError, "Unknown format code 's' for object of type 'int'"},
    {'i', "5", ".2d", ERROR_ValueError, "Precision not allowed in integer format specifier"},
    {'i', "5", "zd", ERROR_ValueError, "Negative zero coercion (z) not allowed in integer format specifier"},
    {'i', "5", ",b", ERROR_ValueError, "Cannot specify ',' with 'b'."},
    {'i', "5", "_n", ERROR_ValueError, "Cannot specify '_' with 'n'."},
    {'i', "5", "q", ERROR_ValueError, "Unknown format code 'q' for object of type 'int'"},
    {'i', "5", "10xx", ERROR_ValueError, "Invalid format specifier '10xx' for object of type 'int'"},
    {'i', "5", "99999999999999999999d", ERROR_ValueError, "Too many decimal digits in format string"},
    {'i', "5", ",_d", ERROR_ValueError, "Cannot specify both ',' and '_'."},
    {'i', "5", "+c", ERROR_ValueError, "Sign not allowed with integer format specifier 'c'"},
    {'i', "-1", "c", ERROR_OverflowError, "%c arg not in range(0x110000)"},
    {'d', "1.5", "d", ERROR_ValueError, "Unknown format code 'd' for object of type 'float'"},
    {'d', "1.5", "x", ERROR_ValueError, "Unknown format code 'x' for object of type 'float'"},
    {'d', "1.5", ".f", ERROR_ValueError, "Format specifier missing precision"},
    {'d', "1.5", "99999999999999999999", ERROR_ValueError, "Too many decimal digits in format string"},
    {'d', "1.5", ".99999999999999999999f", ERROR_ValueError, "Too many decimal digits in format string"},
    {'d', "1.5", ",,f", ERROR_ValueError, "Invalid format specifier ',,f' for object of type 'float'"},
    {'d', "1.5", "s", ERROR_ValueError, "Unknown format code 's' for object of type 'float'"},
    {'d', "1.5", ",n", ERROR_ValueError, "Cannot specify ',' with 'n'."},
    {'s', "a", "d", ERROR_ValueError, "Unknown format code 'd' for object of type 'str'"},
    {'s', "a", "=5", ERROR_ValueError, "'=' alignment not allowed in string format specifier"},
    {'s', "a", "+s", ERROR_ValueError, "Sign not allowed in string format specifier"},
    {'s', "a", ",", ERROR_ValueError, "Cannot specify ',' with 's'."},
    {'s', "a", "#s", ERROR_ValueError, "Alternate form (#) not allowed in string format specifier"},
    {'s', "a", "05d", ERROR_ValueError, "Unknown format code 'd' for object of type 'str'"},
    {'s', "a", ".", ERROR_ValueError, "Format specifier missing precision"},
    {'s', "a", " s", ERROR_ValueError, "Space not allowed in string format specifier"},
    {'s', "a", "zs", ERROR_ValueError, "Negative zero coercion (z) not allowed in string format specifier"},
};
// clang-format on

Test(format, as_python_does) {
    Vm *vm = test_vm_new();
    for (size_t i = 0; i < sizeof formatted / sizeof *formatted; i++) {
        Text out = {0};
        const char *spec = formatted[i].spec;
        Value v = row_value(vm, formatted[i].kind, formatted[i].value);
        cr_assert(format_value_spec(vm_fiber(vm), v, spec, strlen(spec), &out),
                  "format(%s, \"%s\") throws %s", formatted[i].value, spec,
                  vm_take_error(vm, ERROR_Error));
        cr_expect_str_eq(text_data(&out), formatted[i].text, "format(%s, \"%s\")",
                         formatted[i].value, spec);
        text_free(&out);
    }
    test_vm_free(vm);
}

Test(format, refuses_as_python_does) {
    Vm *vm = test_vm_new();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        Text out = {0};
        const char *spec = refused[i].spec;
        Value v = row_value(vm, refused[i].kind, refused[i].value);
        cr_assert_not(format_value_spec(vm_fiber(vm), v, spec, strlen(spec), &out),
                      "format(%s, \"%s\") gives %s", refused[i].value, spec, text_data(&out));
        cr_expect_str_eq(vm_take_error(vm, refused[i].error), refused[i].message);
        text_free(&out);
    }
    test_vm_free(vm);
}

Test(format, parts_of_a_spec) {
    Vm *vm = test_vm_new();
    FormatSpec spec;
    const char text[] = "\xe6\xb1\x89^+z#012,.3f";
    cr_assert(format_spec_parse(vm_fiber(vm), text, strlen(text), "float", '>', &spec));
    cr_expect_eq(spec.fill, 0x6c49);
    cr_expect_eq(spec.align, '^');
    cr_expect_eq(spec.sign, '+');
    cr_expect(spec.positive_zero && spec.alternate);
    cr_expect_eq(spec.width, 12);
    cr_expect_eq(spec.grouping, ',');
    cr_expect_eq(spec.precision, 3);
    cr_expect_eq(spec.type, 'f');
    cr_assert(format_spec_parse(vm_fiber(vm), "", 0, "str", '<', &spec));
    cr_expect_eq(spec.align, '<');
    cr_expect_eq(spec.fill, ' ');
    cr_expect_eq(spec.width, -1);
    cr_expect_eq(spec.precision, -1);
    cr_expect_eq(spec.type, 0);
    cr_assert(format_spec_parse(vm_fiber(vm), "08", 2, "int", '>', &spec));
    cr_expect_eq(spec.fill, '0');
    cr_expect_eq(spec.align, '=');
    test_vm_free(vm);
}

// Whatever the spec says, there is a text or an error, and no more memory than the limit allows.
Test(format, any_spec_is_survived) {
    Vm *vm = test_vm_new();
    Random random = {1};
    static const char letters[] = "<>^=+- z#0123456789,_.bcdeEfFgGnosxX%\xc3\xa9";
    const Value values[] = {value_from_int(-42), value_from_double(-1234.5), VALUE_TRUE,
                            vm_str(vm, "h\xc3\xa9llo"),
                            row_value(vm, 'i', "123456789012345678901")};
    size_t given = 0;
    for (int i = 0; i < 20000; i++) {
        char spec[12];
        size_t size = random_below(&random, sizeof spec);
        for (size_t k = 0; k < size; k++)
            spec[k] = letters[random_below(&random, sizeof letters - 1)];
        if (!str_valid(spec, size))
            continue;
        Text out = {0};
        Value v = values[random_below(&random, 5)];
        bool ok = format_value_spec(vm_fiber(vm), v, spec, size, &out);
        cr_assert_eq(ok, vm_fiber(vm)->error == VALUE_UNDEF);
        cr_assert(!ok || str_valid(out.data, out.length));
        given += ok;
        vm_fiber(vm)->error = VALUE_UNDEF;
        text_free(&out);
    }
    cr_expect_gt(given, 1000);
    test_vm_free(vm);
}
