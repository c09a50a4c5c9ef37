-- SPDX-License-Identifier: GPL-2.0-or-later
-- Which drives have refused a medium, so that it is tried in others: generations, or # and the drive, each with a ; behind it.
ALTER TABLE physical_media ADD COLUMN unfit TEXT NOT NULL DEFAULT '';
