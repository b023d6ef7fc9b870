using System.Security.Cryptography;
using System.Text;

namespace Shiplog.Cli.Tests;

public sealed class FindingTheEngine : IDisposable
{
    private readonly string _config = Directory.CreateTempSubdirectory("shiplog-cli-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_config, recursive: true);

    [Fact]
    public void The_option_goes_before_everything()
    {
        _environment["DOCKER_HOST"] = "unix:///variable.sock";
        Resolve(host: "unix:///option.sock").LocalPath.ShouldBe("/option.sock");
    }

    [Fact]
    public void Then_the_variable_then_the_current_context()
    {
        Context("work", "unix:///work.sock");
        File.WriteAllText(Path.Combine(_config, "config.json"), """{"auths":{},"currentContext":"work"}""");
        Resolve().LocalPath.ShouldBe("/work.sock");
        _environment["DOCKER_HOST"] = "unix:///variable.sock";
        Resolve().LocalPath.ShouldBe("/variable.sock");
        Resolve(context: "work").LocalPath.ShouldBe("/work.sock");
    }

    [Fact]
    public void Where_nothing_is_said_our_own_socket_goes_before_dockers()
    {
        Resolve(exists: "/run/shiplog/docker.sock").LocalPath.ShouldBe("/run/shiplog/docker.sock");
        Resolve().LocalPath.ShouldBe("/var/run/docker.sock");
        Resolve(context: "default").LocalPath.ShouldBe("/var/run/docker.sock");
    }

    [Fact]
    public void What_cannot_be_asked_is_named()
    {
        Should.Throw<CliException>(() => Resolve(context: "nowhere")).Message.ShouldContain("\"nowhere\"");
        Should.Throw<CliException>(() => Resolve(host: "ssh://me@there")).Message.ShouldContain("ssh://me@there");
        File.WriteAllText(Path.Combine(_config, "config.json"), "{");
        Should.Throw<CliException>(() => Resolve()).Message.ShouldContain("config.json");
    }

    [Fact]
    public void An_address_without_a_scheme_is_tcp() => Resolve(host: "127.0.0.1:8080").ShouldBe(new Uri("tcp://127.0.0.1:8080"));

    private void Context(string name, string address)
    {
        var folder = Path.Combine(_config, "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "meta.json"), $"{{\"Name\":\"{name}\",\"Endpoints\":{{\"docker\":{{\"Host\":\"{address}\"}}}}}}");
    }

    private Uri Resolve(string? host = null, string? context = null, string? exists = null) => DockerEndpoint.Resolve(
        host, context, _config, name => _environment.GetValueOrDefault(name), path => path == exists || (path.StartsWith(_config, StringComparison.Ordinal) && File.Exists(path)));
}
