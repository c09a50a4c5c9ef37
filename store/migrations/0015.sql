-- SPDX-License-Identifier: GPL-2.0-or-later
-- A drive that is let go empty is for those, too, that only wait for the time of a deferred dismount in another one.

CREATE TRIGGER drive_let_go AFTER UPDATE OF request, held_look ON drive
	WHEN new.request IS NULL AND new.held_look=0 AND (old.request IS NOT NULL OR old.held_look<>0)
	AND NOT EXISTS(SELECT 1 FROM physical_media WHERE place=new.id) BEGIN
	UPDATE librequest SET poll_at=0 WHERE library=new.library AND open=1 AND waits=0 AND phase=0 AND op>=14 AND poll_at>0; END;
