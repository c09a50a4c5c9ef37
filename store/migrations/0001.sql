-- SPDX-License-Identifier: GPL-2.0-or-later
-- The model. Every NTMS object has a row in `object` (what all types have) and one in the table of its type, under the
-- same id. Times are milliseconds since 1970 UTC, 0 = never. States and codes are those of ntmsapi.h.

CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID; -- incarnation (guid), epoch, sequence (next szSequenceNumber)

CREATE TABLE object(
	id INTEGER PRIMARY KEY,
	guid BLOB NOT NULL UNIQUE,
	type INTEGER NOT NULL,
	name TEXT NOT NULL DEFAULT '',
	description TEXT NOT NULL DEFAULT '',
	enabled INTEGER NOT NULL DEFAULT 1,
	opstate INTEGER NOT NULL DEFAULT 0,        -- NtmsOperationalState
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL);
CREATE INDEX object_name ON object(name) WHERE name<>'';

CREATE TABLE security(object INTEGER PRIMARY KEY REFERENCES object(id) ON DELETE CASCADE, descriptor BLOB NOT NULL);

CREATE TABLE computer(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	librequest_purge INTEGER NOT NULL DEFAULT 259200, -- seconds
	oprequest_purge INTEGER NOT NULL DEFAULT 259200,
	librequest_flags INTEGER NOT NULL DEFAULT 0,
	oprequest_flags INTEGER NOT NULL DEFAULT 0,
	pool_policy INTEGER NOT NULL DEFAULT 0);

CREATE TABLE library(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	key TEXT NOT NULL UNIQUE,                  -- section of the configuration; '' is the offline library
	library_type INTEGER NOT NULL,             -- NtmsLibraryType
	cleaner_slot INTEGER REFERENCES slot(id) ON DELETE SET NULL,
	cleaning INTEGER NOT NULL DEFAULT 0,
	barcode_reader INTEGER NOT NULL DEFAULT 0,
	inventory_method INTEGER NOT NULL DEFAULT 1,
	cleaner_uses INTEGER NOT NULL DEFAULT 0,
	auto_recovery INTEGER NOT NULL DEFAULT 1,
	flags INTEGER NOT NULL DEFAULT 0,
	media_count INTEGER NOT NULL DEFAULT 0,    -- kept by triggers
	two_sided INTEGER NOT NULL DEFAULT 0,      -- the transport can turn a medium over
	can_lock INTEGER NOT NULL DEFAULT 1,       -- PREVENT/ALLOW works
	can_extend INTEGER NOT NULL DEFAULT 1,     -- OPEN/CLOSE IMPORT/EXPORT ELEMENT works
	probed INTEGER NOT NULL DEFAULT 0,         -- in this incarnation
	ready INTEGER NOT NULL DEFAULT 0,          -- settled and inventoried: requests may run
	doubt INTEGER NOT NULL DEFAULT 0,          -- element types (bits) that must be read before the next move
	poll_at INTEGER NOT NULL DEFAULT 0,        -- when its controller wants to be woken by time
	reason TEXT NOT NULL DEFAULT '');          -- why it is not ready

CREATE TABLE changer_type(id INTEGER PRIMARY KEY REFERENCES object(id), vendor TEXT NOT NULL, product TEXT NOT NULL,
	device_type INTEGER NOT NULL, UNIQUE(vendor, product));
CREATE TABLE drive_type(id INTEGER PRIMARY KEY REFERENCES object(id), vendor TEXT NOT NULL, product TEXT NOT NULL,
	device_type INTEGER NOT NULL, UNIQUE(vendor, product));

-- An element of a library: what a medium can be in. changer, drive, slot and ieport rows are all elements; a place is
-- (element id, inverted). element: SCSI element address.
CREATE TABLE changer(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	number INTEGER NOT NULL, element INTEGER NOT NULL,
	changer_type INTEGER REFERENCES changer_type(id),
	serial TEXT NOT NULL DEFAULT '', revision TEXT NOT NULL DEFAULT '', device TEXT NOT NULL DEFAULT '',
	scsi_port INTEGER NOT NULL DEFAULT 0, scsi_bus INTEGER NOT NULL DEFAULT 0,
	scsi_target INTEGER NOT NULL DEFAULT 0, scsi_lun INTEGER NOT NULL DEFAULT 0,
	UNIQUE(library, element));

CREATE TABLE drive(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	number INTEGER NOT NULL, element INTEGER NOT NULL,
	drive_type INTEGER REFERENCES drive_type(id),
	serial TEXT NOT NULL DEFAULT '', revision TEXT NOT NULL DEFAULT '',
	device TEXT NOT NULL DEFAULT '',           -- szDeviceName: what an application opens
	url TEXT NOT NULL DEFAULT '',              -- what rsmd opens
	generation TEXT NOT NULL DEFAULT '',       -- 'LTO-8'; '' unknown: takes anything
	scsi_port INTEGER NOT NULL DEFAULT 0, scsi_bus INTEGER NOT NULL DEFAULT 0,
	scsi_target INTEGER NOT NULL DEFAULT 0, scsi_lun INTEGER NOT NULL DEFAULT 0,
	state INTEGER NOT NULL DEFAULT 0,          -- NtmsDriveState
	mount_count INTEGER NOT NULL DEFAULT 0,
	last_cleaned INTEGER NOT NULL DEFAULT 0,
	defer_delay INTEGER NOT NULL DEFAULT 300,
	dismountable_since INTEGER NOT NULL DEFAULT 0,
	request INTEGER REFERENCES librequest(id) ON DELETE SET NULL, -- the request that has it now
	holder TEXT NOT NULL DEFAULT '',           -- user and application of the mount that holds it
	reason TEXT NOT NULL DEFAULT '',
	UNIQUE(library, element));

CREATE TABLE slot(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	number INTEGER NOT NULL, element INTEGER NOT NULL,
	state INTEGER NOT NULL DEFAULT 0,          -- NtmsSlotState
	reason TEXT NOT NULL DEFAULT '',
	UNIQUE(library, element));

CREATE TABLE ieport(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	number INTEGER NOT NULL, element INTEGER NOT NULL,
	content INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0,
	max_extend INTEGER NOT NULL DEFAULT 300,
	tag TEXT NOT NULL DEFAULT '', cleaner INTEGER NOT NULL DEFAULT 0, -- of what lies there, as last read
	reason TEXT NOT NULL DEFAULT '',
	UNIQUE(library, element));

CREATE TABLE iedoor(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	number INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, max_open INTEGER NOT NULL DEFAULT 300);

CREATE TABLE media_type(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	key TEXT NOT NULL UNIQUE,                  -- 'LTO-8', 'LTO-8 WORM', 'Cleaner', 'Tape', ...
	code INTEGER NOT NULL, sides INTEGER NOT NULL, rw INTEGER NOT NULL, device_type INTEGER NOT NULL);
CREATE TABLE library_media_type(library INTEGER NOT NULL REFERENCES library(id), media_type INTEGER NOT NULL
	REFERENCES media_type(id), PRIMARY KEY(library, media_type)) WITHOUT ROWID;

CREATE TABLE media_pool(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	parent INTEGER REFERENCES media_pool(id),  -- NULL: the root pool; its children are the four top-level pools
	pool_type INTEGER NOT NULL,                -- NtmsPoolType
	media_type INTEGER REFERENCES media_type(id),
	path TEXT NOT NULL UNIQUE,                 -- full name as GetNtmsMediaPoolName gives it, case-folded
	allocation_policy INTEGER NOT NULL DEFAULT 0,
	deallocation_policy INTEGER NOT NULL DEFAULT 0,
	max_allocates INTEGER NOT NULL DEFAULT 0,  -- 0: no limit
	media_count INTEGER NOT NULL DEFAULT 0,    -- kept by triggers
	logical_count INTEGER NOT NULL DEFAULT 0);
CREATE INDEX media_pool_parent ON media_pool(parent);

CREATE TABLE physical_media(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	pool INTEGER NOT NULL REFERENCES media_pool(id),
	media_type INTEGER NOT NULL REFERENCES media_type(id),
	place INTEGER UNIQUE REFERENCES object(id),-- the element it is in; NULL only in the offline library: one place each, one medium each
	inverted INTEGER NOT NULL DEFAULT 0,       -- which side is up there
	verified INTEGER NOT NULL DEFAULT 0,       -- 0: its place or identity isn't proven since the last doubt
	home_slot INTEGER REFERENCES slot(id) ON DELETE SET NULL,
	barcode TEXT NOT NULL DEFAULT '',
	serial TEXT NOT NULL DEFAULT '',           -- from cartridge memory (MAM)
	sequence TEXT NOT NULL DEFAULT '',
	state INTEGER NOT NULL DEFAULT 0,          -- NtmsMediaState
	sides INTEGER NOT NULL DEFAULT 1,
	medium_type_code INTEGER NOT NULL DEFAULT 0,
	density_code INTEGER NOT NULL DEFAULT 0,
	write_protected INTEGER NOT NULL DEFAULT 0,
	cleaner INTEGER NOT NULL DEFAULT 0,
	mounted_side INTEGER REFERENCES side(id) ON DELETE SET NULL,
	request INTEGER REFERENCES librequest(id) ON DELETE SET NULL, -- the request that has it now
	reason TEXT NOT NULL DEFAULT '');          -- why it is quarantined, failed ...
CREATE INDEX physical_media_barcode ON physical_media(barcode) WHERE barcode<>'';
CREATE INDEX physical_media_library ON physical_media(library);
CREATE INDEX physical_media_pool ON physical_media(pool);
CREATE INDEX physical_media_sequence ON physical_media(sequence);
CREATE INDEX physical_media_serial ON physical_media(serial) WHERE serial<>'';

-- pool, library and usable repeat what the medium says, for the allocation index; media/place.c and media/pool.c keep them.
CREATE TABLE side(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	medium INTEGER NOT NULL REFERENCES physical_media(id) ON DELETE CASCADE,
	number INTEGER NOT NULL,
	lmid INTEGER UNIQUE REFERENCES logical_media(id),
	pool INTEGER NOT NULL, library INTEGER NOT NULL,
	usable INTEGER NOT NULL DEFAULT 1,         -- side and medium are enabled
	used INTEGER NOT NULL DEFAULT 0,           -- allocated since its free label was written: an application may have written over it
	state INTEGER NOT NULL DEFAULT 0,          -- NtmsPartitionState
	omid_type TEXT NOT NULL DEFAULT '', omid_id BLOB NOT NULL DEFAULT x'', omid_info TEXT NOT NULL DEFAULT '',
	mount_count INTEGER NOT NULL DEFAULT 0, allocate_count INTEGER NOT NULL DEFAULT 0, capacity INTEGER NOT NULL DEFAULT 0,
	UNIQUE(medium, number),
	CHECK((lmid IS NOT NULL) = (state IN (5, 6)))); -- a logical medium exactly while Allocated or Complete
-- the order of allocation: least used, then oldest (docs/choices.md)
CREATE INDEX side_available ON side(pool, library, allocate_count, id) WHERE state=4 AND usable=1;
CREATE INDEX side_omid ON side(omid_id) WHERE length(omid_id)>0;

CREATE TABLE logical_media(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	pool INTEGER NOT NULL REFERENCES media_pool(id),
	call BLOB,                                 -- the call that allocated it, until the client has acknowledged the answer
	session BLOB,
	source BLOB,                               -- the pool it was taken from, as long as the answer is kept
	source_state INTEGER NOT NULL DEFAULT 4);  -- what its side was there, should the allocation be undone
CREATE UNIQUE INDEX logical_media_call ON logical_media(call, session) WHERE call IS NOT NULL;
CREATE INDEX logical_media_pool ON logical_media(pool);

CREATE TABLE librequest(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	library INTEGER NOT NULL REFERENCES library(id),
	op INTEGER NOT NULL, option INTEGER NOT NULL DEFAULT 0, -- NtmsLmOperation
	state INTEGER NOT NULL DEFAULT 0,          -- NtmsLmState
	phase INTEGER NOT NULL DEFAULT 0,          -- of its controller: library/
	side INTEGER, drive INTEGER, medium INTEGER, slot INTEGER, port INTEGER, -- row ids while it runs
	side_guid BLOB, drive_guid BLOB, medium_guid BLOB, slot_guid BLOB,       -- what GetNtmsObjectInformation shows; may be stale
	queued INTEGER NOT NULL, completed INTEGER NOT NULL DEFAULT 0,
	application TEXT NOT NULL DEFAULT '', user TEXT NOT NULL DEFAULT '', computer TEXT NOT NULL DEFAULT '',
	error INTEGER NOT NULL DEFAULT 0,
	work_item BLOB,
	priority INTEGER NOT NULL DEFAULT 0,
	ord INTEGER NOT NULL DEFAULT 0,            -- order among mounts; 0: by time
	call BLOB, session BLOB,                   -- MountNtmsMedia: all requests of one call share it
	wanted INTEGER NOT NULL DEFAULT 0,         -- mount options
	deadline INTEGER NOT NULL DEFAULT 0,       -- 0: none
	poll_at INTEGER NOT NULL DEFAULT 0,        -- when its controller wants to look again
	tries INTEGER NOT NULL DEFAULT 0,
	done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, -- progress
	oprequest INTEGER,                         -- the operator request it waits for
	reason TEXT NOT NULL DEFAULT '');          -- why it waits or why it failed, for people
CREATE INDEX librequest_open ON librequest(library) WHERE state IN (0, 1, 5); -- SQLite wants these very words in a query
CREATE INDEX librequest_collected ON librequest(library) WHERE state=6;
CREATE INDEX librequest_call ON librequest(call) WHERE call IS NOT NULL;
CREATE INDEX librequest_session ON librequest(session) WHERE session IS NOT NULL;
CREATE INDEX librequest_completed ON librequest(completed) WHERE completed>0;

CREATE TABLE oprequest(
	id INTEGER PRIMARY KEY REFERENCES object(id),
	request INTEGER NOT NULL, submitted INTEGER NOT NULL, state INTEGER NOT NULL, -- NtmsOpreqCommand, NtmsOpreqState
	message TEXT NOT NULL DEFAULT '',
	arg1_type INTEGER NOT NULL DEFAULT 0, arg1 BLOB, arg2_type INTEGER NOT NULL DEFAULT 0, arg2 BLOB,
	application TEXT NOT NULL DEFAULT '', user TEXT NOT NULL DEFAULT '', computer TEXT NOT NULL DEFAULT '',
	completed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX oprequest_open ON oprequest(state) WHERE state IN (1, 2, 3);
CREATE INDEX oprequest_completed ON oprequest(completed) WHERE completed>0;

-- A call that waits, and its answer until the client has it. kind: enum wire_call. A mount's row stands for all its requests.
CREATE TABLE waiting(
	call BLOB PRIMARY KEY,
	session BLOB NOT NULL,
	kind INTEGER NOT NULL,
	pool INTEGER, side INTEGER, lmid INTEGER, options INTEGER NOT NULL DEFAULT 0,
	deadline INTEGER NOT NULL DEFAULT 0,       -- 0: none
	oprequest INTEGER,
	caller BLOB,                               -- the caller's token, for the repeated search
	code INTEGER,                              -- NULL while it waits
	reason TEXT NOT NULL DEFAULT '',
	result BLOB, source BLOB) WITHOUT ROWID;   -- LMID, pool it came from
CREATE INDEX waiting_open ON waiting(kind, pool) WHERE code IS NULL;
CREATE INDEX waiting_session ON waiting(session);

-- Device actions: written before the device hears of them. Reads are actions too, so that an outcome finds its request.
CREATE TABLE action(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	library INTEGER NOT NULL REFERENCES library(id),
	request INTEGER,                           -- librequest; NULL: the controller's own
	kind INTEGER NOT NULL,                     -- enum action_kind
	types INTEGER NOT NULL DEFAULT 0,          -- of a status: which element types it reads (bits)
	epoch INTEGER NOT NULL,
	medium INTEGER, source INTEGER, destination INTEGER, drive INTEGER, invert INTEGER NOT NULL DEFAULT 0, -- row ids
	state INTEGER NOT NULL DEFAULT 0,          -- 0 open, 1 DONE, 2 FAILED, 3 UNKNOWN (to be settled)
	started INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
	detail BLOB,
	reason TEXT NOT NULL DEFAULT '');
CREATE INDEX action_open ON action(library) WHERE state IN (0, 3);
CREATE INDEX action_request ON action(request) WHERE request IS NOT NULL;

-- The newest row is never deleted, so numbers only grow.
CREATE TABLE change(seq INTEGER PRIMARY KEY, type INTEGER NOT NULL, op INTEGER NOT NULL, object BLOB NOT NULL);

CREATE TRIGGER medium_in AFTER INSERT ON physical_media BEGIN
	UPDATE library SET media_count=media_count+1 WHERE id=new.library;
	UPDATE media_pool SET media_count=media_count+1 WHERE id=new.pool; END;
CREATE TRIGGER medium_out AFTER DELETE ON physical_media BEGIN
	UPDATE library SET media_count=media_count-1 WHERE id=old.library;
	UPDATE media_pool SET media_count=media_count-1 WHERE id=old.pool; END;
CREATE TRIGGER medium_library AFTER UPDATE OF library ON physical_media WHEN old.library<>new.library BEGIN
	UPDATE library SET media_count=media_count-1 WHERE id=old.library;
	UPDATE library SET media_count=media_count+1 WHERE id=new.library;
	UPDATE side SET library=new.library WHERE medium=new.id; END;
CREATE TRIGGER medium_pool AFTER UPDATE OF pool ON physical_media WHEN old.pool<>new.pool BEGIN
	UPDATE media_pool SET media_count=media_count-1 WHERE id=old.pool;
	UPDATE media_pool SET media_count=media_count+1 WHERE id=new.pool;
	UPDATE side SET pool=new.pool WHERE medium=new.id; END;
CREATE TRIGGER logical_in AFTER INSERT ON logical_media BEGIN
	UPDATE media_pool SET logical_count=logical_count+1 WHERE id=new.pool; END;
CREATE TRIGGER logical_pool AFTER UPDATE OF pool ON logical_media WHEN old.pool<>new.pool BEGIN
	UPDATE media_pool SET logical_count=logical_count-1 WHERE id=old.pool;
	UPDATE media_pool SET logical_count=logical_count+1 WHERE id=new.pool; END;
CREATE TRIGGER logical_out AFTER DELETE ON logical_media BEGIN
	UPDATE media_pool SET logical_count=logical_count-1 WHERE id=old.pool; END;
