#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our headers are clean under strict flags in each language and form that a program may choose, in any order.
#   warnings.sh INCLUDE_DIR
set -eu
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$1"
for header in ntmstypes ntmsapi ntmsmli ntmsmedia rsmext; do
	[ -e "$1/$header.h" ] || continue
	for form in "" -DUNICODE -fshort-wchar "-DUNICODE -fshort-wchar"; do
		for language in "gcc -std=c11 -x c" "gcc -std=c17 -x c" "g++ -std=c++17 -x c++" "clang -std=c17 -x c"; do
			# twice: the include guards hold
			printf '#include <%s.h>\n#include <%s.h>\nextern int x;\n' $header $header |
				$language $strict $form - || { echo "$header.h: $language $form"; exit 1; }
		done
	done
done
