// Package authority stands between the controllers and Maskinporten. It keeps, for each Supplier, one Guard: the
// client made of the Supplier's spec and key, and the decision whether anybody may be asked at all. A fault that
// is ours, or the authority's, concerns every customer alike; the Guard makes it stand once on the Supplier
// instead of ten thousand times at Maskinporten's door.
package authority
