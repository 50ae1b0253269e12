/// Decides which backend a request goes to, from a frontend's rules and the maps of one snapshot.
package enum Router {}

/// `use_backend NAME|%[…] [if|unless …]`, compiled.
package struct RoutingRule: BitwiseCopyable {
    package init() {}
}

/// A condition made of acls, compiled.
package struct RoutingCondition: BitwiseCopyable {
    package init() {}
}

/// One map as the request path reads it.
package struct MapSnapshot: BitwiseCopyable {
    package init() {}
}
