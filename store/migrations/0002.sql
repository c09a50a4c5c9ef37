-- What a library and its drives are known by, whatever path leads to them; and who may touch a drive.

ALTER TABLE library ADD COLUMN identity TEXT NOT NULL DEFAULT ''; -- the robot's own name: designator or serial number
ALTER TABLE library ADD COLUMN found INTEGER NOT NULL DEFAULT 0;  -- by discovery: no section of the configuration names it

ALTER TABLE drive ADD COLUMN node TEXT NOT NULL DEFAULT '';       -- /dev/nst0: what the kernel calls it now; '' if not local
ALTER TABLE drive ADD COLUMN sg TEXT NOT NULL DEFAULT '';         -- /dev/sg3
ALTER TABLE drive ADD COLUMN by_id TEXT NOT NULL DEFAULT '';      -- a link of udev's, '' without udev
ALTER TABLE drive ADD COLUMN granted TEXT NOT NULL DEFAULT '';    -- the user who may open the node now, 'r ' or 'w ' before the name; '' nobody
