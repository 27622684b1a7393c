#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <microhttpd.h>

/* A numeric address; 0 if `host` is none. */
static inline int
sluice_mhd_address(const char *host, uint16_t port, struct sockaddr_storage *address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return 1;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        return 1;
    }
    return 0;
}

/* MHD_start_daemon is variadic. One context pointer serves all callbacks. */
static inline struct MHD_Daemon *
sluice_mhd_start(const struct sockaddr_storage *address, unsigned int threads, unsigned int connections,
                 unsigned int timeout_seconds, size_t connection_memory, MHD_AccessHandlerCallback handle,
                 void *(*begin)(void *context, const char *target, struct MHD_Connection *connection),
                 MHD_RequestCompletedCallback completed,
                 size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text), void *context)
{
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
        | (address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    struct MHD_OptionItem pool[] = {                      /* for one thread leave the option out */
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL}, {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(flags, 0, NULL, NULL, handle, context,
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)address,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory, MHD_OPTION_URI_LOG_CALLBACK, begin, context,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context, MHD_OPTION_UNESCAPE_CALLBACK, unescape, context,
        MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}

static inline uint16_t sluice_mhd_port(struct MHD_Daemon *d)
{ return MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port; }

static inline unsigned int sluice_mhd_connections(struct MHD_Daemon *d)
{ return MHD_get_daemon_info(d, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections; }

/* The client sees "connection reset by peer". SO_LINGER 0 does not do it: the library calls shutdown first. */
static inline void sluice_mhd_reset(struct MHD_Connection *c)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    connect(MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, &nobody, sizeof nobody);
}
