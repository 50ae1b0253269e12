/// The command line, a subset of HAProxy's.
struct CommandOptions {
    var files: [String] = []
    var checksOnly = false
    var isQuiet = false
    var isDebugging = false
    var printsVersion = false
    var pidfile: String?

    /// Why the command line cannot be obeyed.
    struct UsageError: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: apus-proxy -f FILE|DIR [-f …] [options]
          -f FILE|DIR   read this file, or every *.cfg of this directory; several are read as one
          -c            check the configuration and exit: 0 valid, 1 not
          -v, -vv       print the version and exit
          -q            print no warnings
          -V            print them again after -q
          -d, -db       stay in the foreground (always the case)
          -p FILE       write the process id to FILE
        """

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "-f":
                guard let file = rest.next() else {
                    throw UsageError(description: "-f needs a file")
                }
                files.append(file)
            case "-p":
                guard let file = rest.next() else {
                    throw UsageError(description: "-p needs a file")
                }
                pidfile = file
            case "-c": checksOnly = true
            case "-v", "-vv": printsVersion = true
            case "-q": isQuiet = true
            case "-V": isQuiet = false
            case "-d", "-db": isDebugging = true
            case "-D", "-W", "-Ws":
                throw UsageError(
                    description: "\(argument) is not supported: run it under a service manager"
                )
            default: throw UsageError(description: "unknown option '\(argument)'")
            }
        }
        if files.isEmpty, !printsVersion {
            throw UsageError(description: "no configuration file: use -f")
        }
    }
}
