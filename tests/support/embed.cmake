# cmake -DFILES=a.conc;b.conc -DOUTPUT=stdlib.c -P embed.cmake
#
# Writes the files' bytes into a C file, as the table that interp/native/stdlib.h declares.
set(table "")
set(text "// Generated from stdlib/*.conc. Do not edit.\n#include \"native/stdlib.h\"\n\n")
set(number 0)
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} hex HEX)
    string(LENGTH "${hex}" length)
    math(EXPR length "${length} / 2")
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND text "static const unsigned char text_${number}[] = {\n${bytes}0};\n\n")
    string(APPEND table "    {\"${name}\", (const char *)text_${number}, ${length}},\n")
    math(EXPR number "${number} + 1")
endforeach()
string(APPEND text "const StdlibModule stdlib_modules[] = {\n${table}    {0, 0, 0},\n};\n")
file(WRITE ${OUTPUT} "${text}")
