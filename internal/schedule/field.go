package schedule

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

type field struct {
	name    string // in errors, and the salt of the hash: another name would move every customer
	min     int
	max     int
	names   []string // of the values from min on; nil for none
	hashed  bool     // whether H is allowed
	avoided int      // the value that H avoids if it can; 0 for none
	values  string   // allowed values, in errors
	example string   // a whole expression, in errors
}

var fields = [5]field{
	{name: "minute", max: 59, hashed: true, values: "numbers from 0 to 59", example: `"H/15 * * * *"`},
	{name: "hour", max: 23, hashed: true, avoided: 2, values: "numbers from 0 to 23", example: `"H H/4 * * *"`},
	{name: "day", min: 1, max: 31, values: "numbers from 1 to 31", example: `"H H 1 * *"`},
	{
		name: "month", min: 1, max: 12, values: "numbers from 1 to 12, JAN to DEC", example: `"H H 1 JAN-JUN *"`,
		names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
	},
	{
		name: "weekday", max: 6, values: "numbers from 0 (Sunday) to 6, MON to SUN", example: `"H H * * MON-FRI"`,
		names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"},
	},
}

// resolve checks the text of the field and replaces H by the seed's values.
func (f field) resolve(text, seed string) (string, error) {
	if f.hashed && strings.ContainsAny(text, "Hh") {
		return f.resolveHash(text, seed)
	}
	for part := range strings.SplitSeq(text, ",") {
		if err := f.checkPart(part); err != nil {
			return "", err
		}
	}
	return text, nil
}

// resolveHash returns H as a value, and H/n as a range with a step.
func (f field) resolveHash(text, seed string) (string, error) {
	if text == "H" {
		return strconv.Itoa(f.offset(seed, f.size())), nil
	}
	step, ok := strings.CutPrefix(text, "H/")
	if !ok || strings.ContainsAny(step, ",-(Hh") {
		return "", fmt.Errorf("has an H in its %s that is not alone: H is a capital letter, without list, range or "+
			`brackets, such as "H * * * *", or has a step, such as %s`, f.name, f.example)
	}
	n, err := f.step(step)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d-%d/%d", f.offset(seed, n), f.max, n), nil
}

// offset returns the first value of every n-th one. It avoids the offset whose values include the avoided one: in
// Norway the hour from 02:00 is skipped in March and comes twice in October. Other seeds are not affected.
func (f field) offset(seed string, n int) int {
	offset, avoided := f.hash(seed, n), f.avoided%n
	if f.avoided == 0 || n == 1 || offset != avoided {
		return offset
	}
	if offset = f.hash(seed+"\x00again", n-1); offset >= avoided {
		offset++
	}
	return offset
}

// checkPart checks one part of a list: *, a value or a range, each with or without a step. The parser accepts more: an
// empty part, *-5 for *, +5 for 5.
func (f field) checkPart(part string) error {
	if part == "" {
		return fmt.Errorf("has an empty place in the list of its %s: write values with one comma between them, such as "+
			`"0,30 * * * *"`, f.name)
	}
	values, step, stepped := strings.Cut(part, "/")
	if stepped {
		if _, err := f.step(step); err != nil {
			return err
		}
	}
	if values == "*" {
		return nil
	}
	return f.checkRange(values)
}

// checkRange checks a value, or two with a hyphen between them.
func (f field) checkRange(text string) error {
	from, to, ranged := strings.Cut(text, "-")
	first, err := f.value(from)
	if err != nil || !ranged {
		return err
	}
	last, err := f.value(to)
	if err != nil {
		return err
	}
	if last < first {
		return fmt.Errorf("has a range in its %s that ends before it begins: write two ranges with a comma between "+
			`them, such as "0 22-23,0-5 * * *"`, f.name)
	}
	return nil
}

func (f field) value(text string) (int, error) {
	if strings.HasPrefix(text, "H") {
		return 0, fmt.Errorf("has an H in its %s: H stands in minute and hour only, such as %s", f.name, f.example)
	}
	if text == "?" {
		return 0, fmt.Errorf(`has a ? in its %s: for every %s write *, such as "H * * * *"`, f.name, f.name)
	}
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.min + i, nil
	}
	n, ok := number(text)
	if !ok || n < f.min || n > f.max {
		return 0, fmt.Errorf("has something else in its %s than * or %s: write for example %s", f.name, f.values, f.example)
	}
	return n, nil
}

// step parses a step. One beyond the range would match once: */90 would be every hour, not every 90 minutes.
func (f field) step(text string) (int, error) {
	n, ok := number(text)
	if !ok || n < 1 || n > f.size() {
		return 0, fmt.Errorf("has a wrong step in its %s: write a number from 1 to %d behind the slash, such as "+
			`"H/15 * * * *"`, f.name, f.size())
	}
	return n, nil
}

// number parses digits only.
func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && strings.Trim(text, "0123456789") == ""
}

func (f field) size() int {
	return f.max - f.min + 1
}

// hash returns a number below n: the remainder of the hash as one long number. The field's name makes minute and hour
// independent. FNV would not do: its last bit only shows whether the text has an odd number of odd bytes, so that an
// even minute would imply an even hour.
func (f field) hash(seed string, n int) int {
	remainder := 0
	for _, b := range sha256.Sum256([]byte(f.name + "\x00" + seed)) {
		remainder = (remainder<<8 | int(b)) % n
	}
	return remainder
}
