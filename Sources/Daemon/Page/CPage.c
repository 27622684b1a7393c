#include "CPage.h"
#include <stddef.h>

// C, since its compiler takes files as they are: as array literals of Swift the same bytes take it half a minute.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "index.html"
};
static const unsigned char app_css[] = {
#embed "app.css"
};
static const unsigned char app_js[] = {
#embed "app.js"
};
static const unsigned char icon_svg[] = {
#embed "icon.svg"
};

static const struct sluice_page_file files[] = {
    {"index.html", index_html, sizeof index_html},
    {"app.css", app_css, sizeof app_css},
    {"app.js", app_js, sizeof app_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
};

const struct sluice_page_file *sluice_page_file(int index)
{
    return index >= 0 && (size_t)index < sizeof files / sizeof files[0] ? &files[index] : NULL;
}
