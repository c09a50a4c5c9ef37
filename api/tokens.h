/* SPDX-License-Identifier: GPL-2.0-or-later
 * The tokens file: who a TCP caller is. Lines `USER TOKEN`; mode 0600, or nobody is let in. Read again when
 * it changed. */
#ifndef API_TOKENS_H
#define API_TOKENS_H

#include "base/err.h"

#include <stddef.h>

#define TOKENS_USER_MAX 64

struct tokens;

/* path NULL: no file, no token is known. */
struct tokens *tokens_new(const char *path);
void tokens_free(struct tokens *t);

/* Reads the file if it has changed. What is wrong with it: ERROR_ACCESS_DENIED, with the reason. */
int tokens_check(struct tokens *t, struct err *e);
/* Whose token that is: 0, or ERROR_ACCESS_DENIED. */
int tokens_user(struct tokens *t, const char *token, char user[TOKENS_USER_MAX], struct err *e);

#endif
