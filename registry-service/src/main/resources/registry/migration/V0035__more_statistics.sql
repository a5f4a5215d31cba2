-- How many devices have a tag, or report something, is guessed from a sample. From a hundred devices, a
-- value that one of them happens to have seems to be that of a hundredth of all, and a page of those
-- that have it is looked for among all devices in the order of their ids, instead of in the index.
alter table device alter column tags set statistics 1000;
alter table reported alter column document set statistics 1000;
