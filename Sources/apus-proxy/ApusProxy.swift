@main enum ApusProxy { static func main() {} }
