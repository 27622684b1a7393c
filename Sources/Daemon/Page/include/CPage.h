#pragma once

/// A file of the page, as it was when the program was built.
struct sluice_page_file {
    const char *name;
    const unsigned char *bytes;
    long count;
};

/// The files of the page; NULL beyond the last one.
const struct sluice_page_file *sluice_page_file(int index);
