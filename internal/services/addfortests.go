package services

import (
	"io/fs"
	"maps"
)

// AddForTests adds built-in services from files, and returns a function that removes them: a service needs no more than
// its file. Nothing else may read services meanwhile.
func AddForTests(from fs.FS) (remove func(), err error) {
	added, err := read(from)
	if err != nil {
		return nil, err
	}
	before := builtIn
	builtIn = maps.Clone(before)
	maps.Copy(builtIn, added)
	return func() { builtIn = before }, nil
}
