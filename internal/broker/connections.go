package broker

import (
	"container/list"
	"context"
	"net"
	"sync"
)

const (
	// maxConnections is how many connections without an identified caller are open. Each takes about 35 KiB.
	maxConnections = 1024
	// maxPerAddress is how many of them come from one IP address.
	maxPerAddress = 256
)

// connections is a listener that bounds the open connections whose callers are not identified. To accept another one it
// closes the oldest: a pod needs its connection for milliseconds, so those that only stay open lose. It is safe for
// concurrent use.
type connections struct {
	net.Listener

	total, perAddress int

	mu        sync.Mutex
	all       *list.List            // of *connection, the oldest first
	addresses map[string]*list.List // of *connection, by IP address
}

// limitConnections returns a listener with limits in total and per address.
func limitConnections(l net.Listener, total, perAddress int) *connections {
	return &connections{
		Listener: l, total: total, perAddress: perAddress, all: list.New(), addresses: map[string]*list.List{},
	}
}

// connection is an open connection. Its elements are nil while it does not count.
type connection struct {
	net.Conn

	of         *connections
	address    string
	inAll, own *list.Element
}

// Accept accepts a connection.
func (l *connections) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: accepted, of: l, address: hostOf(accepted.RemoteAddr().String())}
	for _, closed := range l.add(c) {
		_ = closed.Conn.Close()
	}
	return c, nil
}

// add counts a connection and returns those to close.
func (l *connections) add(c *connection) (closed []*connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.addresses[c.address]
	if own == nil {
		own = list.New()
		l.addresses[c.address] = own
	}
	c.inAll, c.own = l.all.PushBack(c), own.PushBack(c)
	if own.Len() > l.perAddress {
		closed = append(closed, l.drop(own))
	}
	if l.all.Len() > l.total {
		closed = append(closed, l.drop(l.all))
	}
	return closed
}

// drop removes and returns the first of a list, which is not empty. The caller holds the lock.
func (l *connections) drop(from *list.List) *connection {
	c, _ := from.Front().Value.(*connection)
	l.remove(c)
	return c
}

// remove stops counting a connection. The caller holds the lock.
func (l *connections) remove(c *connection) {
	if c.inAll == nil {
		return
	}
	own := l.addresses[c.address]
	l.all.Remove(c.inAll)
	own.Remove(c.own)
	if own.Len() == 0 {
		delete(l.addresses, c.address)
	}
	c.inAll, c.own = nil, nil
}

// Close closes the connection.
func (c *connection) Close() error {
	c.of.mu.Lock()
	c.of.remove(c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// connectionKey is the key of a request's *connection in its context.
type connectionKey struct{}

// withConnection returns a context with the connection of a server over TLS.
func withConnection(ctx context.Context, c net.Conn) context.Context {
	if over, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = over.NetConn()
	}
	if own, ok := c.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, own)
	}
	return ctx
}

// exempt stops counting the connection of a request whose caller is identified, so that limits do not close it. The
// server closes it after the response.
func exempt(ctx context.Context) {
	if c, ok := ctx.Value(connectionKey{}).(*connection); ok {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		c.of.remove(c)
	}
}
