-- SPDX-License-Identifier: GPL-2.0-or-later
-- A robot that tells when a mail slot was used needn't be asked each second whether it was (library/port.c).
ALTER TABLE library ADD COLUMN tells_ports INTEGER NOT NULL DEFAULT 0; -- it has told so since rsmd's start
