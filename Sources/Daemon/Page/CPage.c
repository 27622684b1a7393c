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
static const unsigned char backfills_js[] = {
#embed "backfills.js"
};
static const unsigned char client_js[] = {
#embed "client.js"
};
static const unsigned char daemon_js[] = {
#embed "daemon.js"
};
static const unsigned char dom_js[] = {
#embed "dom.js"
};
static const unsigned char format_js[] = {
#embed "format.js"
};
static const unsigned char icon_svg[] = {
#embed "icon.svg"
};
static const unsigned char runs_js[] = {
#embed "runs.js"
};
static const unsigned char schedules_js[] = {
#embed "schedules.js"
};
static const unsigned char timeline_js[] = {
#embed "timeline.js"
};
static const unsigned char topics_js[] = {
#embed "topics.js"
};

static const struct sluice_page_file files[] = {
    {"index.html", index_html, sizeof index_html},
    {"app.css", app_css, sizeof app_css},
    {"app.js", app_js, sizeof app_js},
    {"backfills.js", backfills_js, sizeof backfills_js},
    {"client.js", client_js, sizeof client_js},
    {"daemon.js", daemon_js, sizeof daemon_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"format.js", format_js, sizeof format_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"runs.js", runs_js, sizeof runs_js},
    {"schedules.js", schedules_js, sizeof schedules_js},
    {"timeline.js", timeline_js, sizeof timeline_js},
    {"topics.js", topics_js, sizeof topics_js},
};

const struct sluice_page_file *sluice_page_file(int index)
{
    return index >= 0 && (size_t)index < sizeof files / sizeof files[0] ? &files[index] : NULL;
}
