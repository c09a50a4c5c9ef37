/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How each exported function begins: find the session, then refuse what is missing, in this order. */
#ifndef CLIENT_API_H
#define CLIENT_API_H

#include "client/call.h"
#include "client/guids.h"
#include "client/lasterror.h"
#include "client/session.h"
#include "client/utf16.h"

/* Declares `s`, the session of a handle, or returns ERROR_INVALID_HANDLE. */
#define IN_SESSION(handle)                                                                                   \
	auto_session struct session *s = (fail_clear(), session_get(handle));                                \
	if (!s)                                                                                              \
	return fail_handle(handle)

/* Returns ERROR_INVALID_PARAMETER if a pointer is NULL. */
#define NEEDS(pointer)                                                                                       \
	if (!(pointer))                                                                                      \
	return fail_missing(#pointer)

/* The whole of a call that names one object, which becomes that member of `in`, and gives nothing back. */
#define CALL_ABOUT(function, handle, member, pointer)                                                        \
	IN_SESSION(handle);                                                                                  \
	NEEDS(pointer);                                                                                      \
	member = guid_in(pointer);                                                                           \
	return call(s, CALL_##function, &in, NULL)

#endif
