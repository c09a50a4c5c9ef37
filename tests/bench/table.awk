# SPDX-License-Identifier: GPL-2.0-or-later
# Figures (name clients media rate), several of each: tables of medians, with ratios.
{ key = $1 SUBSEP $2 SUBSEP $3; all[key] = all[key] " " $4 }
function median(text, v, n, i, j, t) {
	n = split(text, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return v[int((n + 1) / 2)]
}
function per(a, b) { return b > 0 ? sprintf("%.2f", a / b) : "-" }
function line(name, unit, value, base, text) { printf "  %-58s %9d /s  %s\n", name, value, base ? sprintf("%5s of %s", per(value, base), text) : unit }
END {
	for (key in all)
		rate[key] = median(all[key])
	n = split(counts, count, " ")
	print "\nReading an object"
	line("bare unix socket, 1 client", sprintf("%5.1f us", 1e6 / rate["socket", 1, "-"]), rate["socket", 1, "-"])
	for (c = 1; c <= 16; c += 15) {
		redis = rate["redis", c, "-"]
		line("Redis GET, clients: " c, "", redis)
		for (i = 1; i <= n; i++) {
			line("rsmd, raw HTTP, media: " count[i] ", clients: " c, "", rate["server-read", c, count[i]], redis, "Redis")
			line("rsmd, libntmsapi, media: " count[i] ", clients: " c, "", rate["client-read", c, count[i]], redis, "Redis")
		}
	}
	print "\nAllocating and deallocating, durably (pairs: two transactions)"
	line("fdatasync of one page", sprintf("%5.0f us", 1e6 / rate["fdatasync", 1, "-"]), rate["fdatasync", 1, "-"])
	for (c = 1; c <= 64; c += 63)
		for (i = 1; i <= n; i++) {
			pg = rate["pg-1", c, count[i]]
			line("PostgreSQL, media: " count[i] ", clients: " c, "", pg)
			line("PostgreSQL without the pool's count", "", rate["pg-0", c, count[i]])
			line("rsmd, raw HTTP, media: " count[i] ", clients: " c, "", rate["server-pair", c, count[i]], pg, "PostgreSQL")
			line("rsmd, libntmsapi, media: " count[i] ", clients: " c, "", rate["client-pair", c, count[i]], pg, "PostgreSQL")
		}
	if (n > 1)
		for (c = 1; c <= 64; c += 63)
			printf "  with %d media an rsmd pair goes at %s of the rate with %d, clients: %d\n", count[n],
				per(rate["server-pair", c, count[n]], rate["server-pair", c, count[1]]), count[1], c
}
