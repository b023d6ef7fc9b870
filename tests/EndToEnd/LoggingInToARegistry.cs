using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker login, and what it opens: a registry of one's own, with an authority of its own.</summary>
public sealed class LoggingInToARegistry(RunningInstance engine)
{
    [Fact]
    public async Task A_private_registry_is_trusted_by_its_certificate_and_opened_by_a_password_that_no_log_has()
    {
        await using var registry = new PrivateRegistry();
        await registry.StartAsync();
        var image = $"{registry.Host}/mine:v1";
        var untrusted = await LogInAsync(registry, PrivateRegistry.Password);
        untrusted.ExitCode.ShouldBe(1);
        untrusted.Error.ShouldContain($"put the certificate of the authority that signed the registry's into /etc/docker/certs.d/{registry.Host}/ca.crt");

        var certificates = Directory.CreateDirectory(Path.Combine(engine.Instance.Home, "certs.d", registry.Host)).FullName;
        await File.WriteAllTextAsync(Path.Combine(certificates, "ca.crt"), registry.Authority, TestContext.Current.CancellationToken);
        var refused = await LogInAsync(registry, "open barley");
        (refused.ExitCode, refused.Error.Contains("unauthorized: incorrect username or password", StringComparison.Ordinal)).ShouldBe((1, true), refused.All);
        // An image of its own: what is pulled by another name has another line of descent from then on.
        (await engine.DockerAsync("create", "--name", "to-push-privately", "busybox", "true")).Succeeded();
        (await engine.DockerAsync("commit", "to-push-privately", image)).Succeeded();
        (await engine.DockerAsync("rm", "to-push-privately")).Succeeded();
        (await engine.DockerAsync("push", image)).ExitCode.ShouldBe(1, "nobody has logged in");

        (await LogInAsync(registry, PrivateRegistry.Password)).Succeeded().Output.ShouldContain("Login Succeeded");
        (await engine.DockerAsync("push", image)).Succeeded();
        (await engine.DockerAsync("rmi", image)).Succeeded();
        (await engine.DockerAsync("logout", registry.Host)).Succeeded();
        (await engine.DockerAsync("pull", image)).Error.ShouldContain("repository does not exist or may require 'docker login'");
        (await LogInAsync(registry, PrivateRegistry.Password)).Succeeded();
        (await engine.DockerAsync("pull", image)).Succeeded().Output.ShouldContain($"Downloaded newer image for {image}");
        (await engine.DockerAsync("run", "--rm", image, "true")).Succeeded();

        (await engine.Database.AskAsync("shiplog_owner", $"select count(*) from shiplog.mt_events where data::text like '%{PrivateRegistry.Password}%' or headers::text like '%{PrivateRegistry.Password}%'"))
            .Succeeded().Text.ShouldBe("0");
        (await engine.DockerAsync("logout", registry.Host)).Succeeded();
        (await engine.DockerAsync("rmi", image)).Succeeded();
        Directory.Delete(Path.Combine(engine.Instance.Home, "certs.d"), recursive: true);
    }

    private Task<Result> LogInAsync(PrivateRegistry registry, string password) => Command.RunAsync(
        "docker", ["login", "--username", PrivateRegistry.User, "--password-stdin", registry.Host], engine.DockerEnvironment, password);
}
