-- SPDX-License-Identifier: GPL-2.0-or-later
-- A drive that a program has open which rsmd never gave it: no cartridge goes there (library/grant.c).

ALTER TABLE drive ADD COLUMN held_look INTEGER NOT NULL DEFAULT 0;           -- when to look whether it still has; 0: it hasn't
CREATE INDEX drive_held ON drive(held_look) WHERE held_look<>0;
