/* SPDX-License-Identifier: Apache-2.0
 *
 * The executable of the bundle: an interpreter that finds everything in the folder _internal beside
 * itself, whatever it is called by, and nothing of the machine's Python or environment.
 * bundle_entry (entry.py) then looks at the name that it was called by. */
#include <Python.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int die(PyStatus status) {
    if (PyStatus_IsExit(status)) {
        return status.exitcode;
    }
    fprintf(stderr, "cri-resmgr: cannot start: %s\n",
            status.err_msg != NULL ? status.err_msg : "the interpreter gives no cause");
    return 1;
}

static PyStatus search(PyConfig *config, const char *folder, const char *name) {
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/_internal%s", folder, name);
    wchar_t *wide = Py_DecodeLocale(path, NULL);
    if (wide == NULL) {
        return PyStatus_NoMemory();
    }
    PyStatus status = PyWideStringList_Append(&config->module_search_paths, wide);
    PyMem_RawFree(wide);
    return status;
}

int main(int argc, char **argv) {
    char folder[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (length > 0) {
        folder[length] = '\0';
    } else if (realpath((const char *)getauxval(AT_EXECFN), folder) == NULL) {
        /* without /proc the name that it was started by has to do */
        fprintf(stderr, "cri-resmgr: cannot find its own folder: is /proc mounted?\n");
        return 1;
    }
    *strrchr(folder, '/') = '\0';

    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1; /* a node's locale is C */
    PyStatus status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status)) {
        return die(status);
    }
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 1;
    config.optimization_level = 1;
    config.site_import = 0;
    config.write_bytecode = 0;
    config.pathconfig_warnings = 0;
    config.parse_argv = 0;
    config.buffered_stdio = 1;
    status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status)) {
        config.module_search_paths_set = 1;
        status = search(&config, folder, "/lib.zip");
    }
    if (!PyStatus_Exception(status)) {
        status = search(&config, folder, "");
    }
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetString(&config, &config.run_command, L"import bundle_entry\n");
    }
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        return die(status);
    }
    return Py_RunMain();
}
