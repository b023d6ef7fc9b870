using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What is wrong is told as Docker tells it, and nothing is left of the try.</summary>
public sealed class BadInput(Engine engine)
{
    [Fact]
    public Task An_unknown_image_is_not_found() => engine.LeavesNothingAsync(async () =>
    {
        var ran = await engine.DockerAsync("run", "--rm", Engine.Registry + "/nosuch", "true");
        ran.ExitCode.ShouldBe(125, ran.Error);
        ran.Error.ShouldContain("not found");
    });

    [Fact]
    public Task A_name_in_use_is_a_conflict_that_names_the_holder() => engine.LeavesNothingAsync(async () =>
    {
        var holder = (await engine.DockerAsync("create", "--name", "taken", "busybox", "true")).Expected();
        var ran = await engine.DockerAsync("run", "--name", "taken", "busybox", "true");
        ran.ExitCode.ShouldBe(125, ran.Error);
        ran.Error.ShouldContain($"Conflict. The container name \"/taken\" is already in use by container \"{holder}\"");
        (await engine.DockerAsync("rm", "taken")).Expected();
    });

    [Fact]
    public async Task A_bad_reference_is_a_bad_request()
    {
        using var answer = await engine.Http.PostAsJsonAsync("/v1.50/containers/create", new { Image = "No:Such:Thing", Cmd = new[] { "true" } }, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("message").GetString()!.ShouldContain("invalid reference format");
    }

    [Theory]
    [InlineData(127, "nosuchprogram", "executable file not found")]
    [InlineData(126, "/etc/passwd", "permission denied")]
    public Task A_program_that_cannot_run_ends_as_docker_ends_it(int exitCode, string program, string message) => engine.LeavesNothingAsync(async () =>
    {
        var ran = await engine.DockerAsync("run", "--rm", "busybox", program);
        ran.ExitCode.ShouldBe(exitCode, ran.Error);
        ran.Error.ShouldContain(message);
    });

    [Fact]
    public Task An_option_that_is_not_built_is_refused_by_name() => engine.LeavesNothingAsync(async () =>
    {
        var ran = await engine.DockerAsync("run", "--rm", "--memory", "64m", "busybox", "true");
        ran.ExitCode.ShouldBe(125, ran.Error);
        ran.Error.ShouldContain("Memory");
    });

    [Fact]
    public Task A_registry_that_is_down_is_named() => engine.LeavesNothingAsync(async () =>
    {
        var ran = await engine.DockerAsync("pull", "127.0.0.1:5999/busybox");
        ran.ExitCode.ShouldBe(1);
        ran.Error.ShouldContain("127.0.0.1:5999");
        ran.Error.ShouldContain("refused");
    });

    [Theory]
    [InlineData("digest")]
    [InlineData("short")]
    [InlineData("huge")]
    public Task A_registry_that_lies_leaves_no_half_image(string lie) => engine.LeavesNothingAsync(async () =>
    {
        await using var registry = LyingRegistry.Start(lie);
        var ran = await engine.DockerAsync("pull", $"{registry.Address}/liar");
        ran.ExitCode.ShouldBe(1, ran.Output);
        (await engine.DockerAsync("images", "-q", $"{registry.Address}/liar")).Expected().ShouldBeEmpty();
    });

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/../../escaped")]
    [InlineData("link/escaped")]
    public async Task An_archive_whose_layer_leaves_its_root_writes_nothing_outside(string path)
    {
        var outside = Path.Combine(engine.Home, "outside");
        Directory.CreateDirectory(outside);
        var ran = await engine.DockerAsync(Archives.WithFileAt(path, outside), "load");
        Directory.GetFileSystemEntries(outside).ShouldBeEmpty();
        File.Exists(Path.Combine(engine.Home, "worker", "layers", "escaped")).ShouldBeFalse();
        File.Exists("/escaped").ShouldBeFalse();
        // Refused, or (as containerd reads it) kept inside the layer: either way the image can be removed and all is as before.
        if (ran.ExitCode == 0)
            (await engine.DockerAsync("rmi", "hostile:latest")).Expected();
    }

    [Fact]
    public Task When_no_address_is_free_the_start_fails_and_says_so() => engine.LeavesNothingAsync(async () =>
    {
        for (var i = 0; i < Engine.Addresses; i++)
            (await engine.DockerAsync("run", "-d", "--name", $"full{i}", "busybox", "sleep", "100")).Expected();
        var ran = await engine.DockerAsync("run", "--rm", "--name", "onemore", "busybox", "true");
        ran.ExitCode.ShouldBe(125, ran.Error);
        ran.Error.ShouldContain("no available IPv4 addresses");
        await engine.DockerAsync("rm", "-f", "onemore");
        for (var i = 0; i < Engine.Addresses; i++)
            (await engine.DockerAsync("rm", "-f", $"full{i}")).Expected();
    });

    [Fact]
    public async Task What_is_not_built_yet_answers_501()
    {
        using var answer = await engine.Http.PostAsync("/v1.50/swarm/init", new StringContent("{}", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }
}
