/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One line per event on stderr; with the journal's <N> level prefix when systemd started us. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_L_ERROR = 3, LOG_L_WARN = 4, LOG_L_NOTE = 5, LOG_L_INFO = 6, LOG_L_DEBUG = 7 };

void log_set_level(enum log_level level);
bool log_wants(enum log_level level); /* for what costs something to say */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_L_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_L_WARN, __VA_ARGS__)
#define log_note(...) log_line(LOG_L_NOTE, __VA_ARGS__)
#define log_info(...) log_line(LOG_L_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_L_DEBUG, __VA_ARGS__)

#endif
