#pragma once
#include <stdbool.h>
#include <stdint.h>
// CURL and CURLM become types of their own, which Swift imports as OpaquePointer.
#define CURL_STRICTER
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Swift cannot call variadic functions: one typed line for each kind of argument.
static inline CURLcode sluice_easy_set_long(CURL *easy, CURLoption option, long value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode sluice_easy_set_text(CURL *easy, CURLoption option, const char *value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode sluice_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode sluice_easy_set_pointer(CURL *easy, CURLoption option, void *value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode sluice_easy_set_headers(CURL *easy, struct curl_slist *value) { return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, value); }
static inline CURLcode sluice_easy_set_write(CURL *easy, curl_write_callback value) { return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, value); }
static inline CURLcode sluice_easy_set_header(CURL *easy, curl_write_callback value) { return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, value); }
static inline CURLcode sluice_easy_set_token(CURL *easy, uintptr_t value) { return curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)value); }
static inline CURLcode sluice_easy_get_long(CURL *easy, CURLINFO info, long *value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode sluice_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLMcode sluice_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }

// The next transfer that ended: its token and its code.
static inline bool sluice_multi_next_finished(CURLM *multi, uintptr_t *token, CURLcode *code) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left))) {
        char *stored = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        *code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &stored);
        *token = (uintptr_t)stored;
        return true;
    }
    return false;
}
