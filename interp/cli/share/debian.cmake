# What Debian wants in a package besides what `cmake --install` puts there: a changelog, and that one and the
# manual page compressed. CPack runs it on the folder that is to be packed.
set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # of SOURCE_DATE_EPOCH, where that is set
file(WRITE ${usr}/share/doc/conc/changelog
    "conc (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * Version ${CPACK_PACKAGE_VERSION}.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
foreach(file IN ITEMS ${usr}/share/doc/conc/changelog ${usr}/share/man/man1/conc.1)
    execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD ${file}.gz PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()
