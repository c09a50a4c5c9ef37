-- SPDX-License-Identifier: GPL-2.0-or-later
-- The rate of identification is measured anew after a pause or a start: since identify_since, and from that many done.
ALTER TABLE library ADD COLUMN identify_base INTEGER NOT NULL DEFAULT 0;
