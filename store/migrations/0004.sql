-- SPDX-License-Identifier: GPL-2.0-or-later
-- Indexes that a busy library needs: the way to an empty slot, and the rows that refer to a request or side that goes.
CREATE INDEX slot_empty ON slot(library, element) WHERE state=2;
CREATE INDEX physical_media_home ON physical_media(home_slot) WHERE home_slot IS NOT NULL;
CREATE INDEX physical_media_request ON physical_media(request) WHERE request IS NOT NULL;
CREATE INDEX physical_media_mounted ON physical_media(mounted_side) WHERE mounted_side IS NOT NULL;
CREATE INDEX drive_request ON drive(request) WHERE request IS NOT NULL;
