using System.Text.Json;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli.Tests;

public sealed class TellingOfThePast
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 17, 12, 0, 0, TimeSpan.Zero);

    private static readonly ContainerView Cce = new(
        new string('a', 64), "cce", "busybox", "sha256:" + new string('b', 64), "sh -c exit", "removed", 7, null, Noon, Noon.AddMilliseconds(100),
        Noon.AddMilliseconds(537), Noon.AddSeconds(1), null, "bridge", null, "unix:root", ["sha256:" + new string('c', 64)], "host-1");

    [Fact]
    public void A_life_is_told_with_its_configuration_steps_and_last_words()
    {
        EventView[] events =
        [
            Event(1, "container_created", Noon, """{"config":{"env":["A=1"],"tty":true,"user":""},"host":{"networkMode":"bridge"},"name":"cce"}"""),
            Event(2, "ip_assigned", Noon.AddMilliseconds(50), """{"address":"172.17.0.3"}"""),
            Event(3, "container_exited", Noon.AddMilliseconds(537), """{"exitCode":7}"""),
        ];
        var text = new StringWriter();
        ShowContainer.Write(text, Cce, events, "one\ntwo\n");
        var told = text.ToString();
        told.ShouldStartWith("cce is removed\n");
        foreach (var part in (string[])["for 437 ms, exit code 7", "by unix:root on host-1", "172.17.0.3", "A=1", "networkMode", "container exited", "exitCode 7", "  one\n  two\n"])
            told.ShouldContain(part);
        told.ShouldNotContain("user ");
    }

    [Theory, InlineData(0, "0B"), InlineData(999, "999B"), InlineData(1000, "1kB"), InlineData(1234567, "1.23MB"), InlineData(45_600_000_000, "45.6GB"), InlineData(999_000_000_000_000_000, "999000TB")]
    public void Sizes_are_told_as_docker_tells_them(long bytes, string told) => Text.Bytes(bytes).ShouldBe(told);

    [Fact]
    public void Layers_tell_what_they_hold_and_what_is_wasted()
    {
        ImageLayerView layer = new(1, "sha256:" + new string('d', 64), "", "", 2000, 5000, null, null, "imported", 12, 0, 0, 0);
        var text = new StringWriter();
        ShowLayers.Write(text, new ImageLayersView("sha256:x", [layer, layer with { Number = 2, CreatedBy = "sh -c " + new string('x', 80), Comment = null, Wasted = 1500 }], 1500));
        var lines = text.ToString().Split('\n');
        lines[1].Split("   ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ShouldBe(["1", "dddddddddddd", "2kB", "5kB", "12", "0", "0", "0B", "imported"]);
        lines[2].ShouldEndWith("xxx…");
        lines[^2].ShouldBe("1.5kB are in a layer and hidden by a later one.");
    }

    [Fact]
    public void A_list_has_a_line_for_each()
    {
        var text = new StringWriter();
        ListContainers.Write(text, [Cce, Cce with { Name = "runs", State = "running", FinishedAt = null, ExitCode = null }]);
        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[1].ShouldContain("437 ms");
        lines[2].ShouldEndWith("still");
    }

    [Theory]
    [InlineData("172.17.0.3", "address=172.17.0.3")]
    [InlineData("fd00::3", "address=fd00%3A%3A3")]
    [InlineData("02:42:ac:11:00:02", "mac=02%3A42%3Aac%3A11%3A00%3A02")]
    public void An_address_may_be_of_either_kind(string address, string query) => WhoHad.Query(address, null).ShouldBe(query);

    [Theory]
    [InlineData("8080", "port=8080")]
    [InlineData("53/udp", "port=53&protocol=udp")]
    [InlineData(":8080", "port=8080")]
    [InlineData("127.0.0.1:8080/tcp", "port=8080&protocol=tcp&address=127.0.0.1")]
    [InlineData("172.17.0.3", null)]
    [InlineData("02:42:ac:11:00:02", null)]
    [InlineData("0", null)]
    [InlineData("70000", null)]
    public void A_port_may_be_asked_for_too(string text, string? query) => WhoHad.PortQuery(text, null).ShouldBe(query);

    [Fact]
    public void A_port_leads_to_who_had_it()
    {
        var text = new StringWriter();
        WhoHad.Write(text, [new PortLeaseView("host-1", "0.0.0.0", 8080, "tcp", 80, new string('a', 64), "cce", "busybox", "unix:root", Noon, null, null, "start")])
            .ShouldBeTrue();
        foreach (var part in (string[])["0.0.0.0:8080/tcp", "80/tcp", "cce", "now", "host-1"])
            text.ToString().ShouldContain(part);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("cce")]
    [InlineData("02:42:ac")]
    public void What_is_no_address_is_refused(string text) => Should.Throw<CliException>(() => WhoHad.Query(text, null)).Message.ShouldContain(text);

    [Fact]
    public void A_time_that_is_none_is_refused() => Should.Throw<CliException>(() => Text.ParseTime("last tuesday")).Message.ShouldContain("2026-11-17 14:03");

    [Fact]
    public async Task A_shell_is_offered_the_commands_and_then_their_options()
    {
        (await CompleteAsync("shiplog", "")).ShouldBe(["diff", "layers", "lineage", "logs", "play", "ps", "recordings", "run", "show", "tags", "who", ":4"], ignoreOrder: true);
        (await CompleteAsync("shiplog", "sh")).ShouldBe(["show", ":4"]);
        (await CompleteAsync("shiplog", "ps", "--o")).ShouldContain("--on");
        (await CompleteAsync("shiplog", "ps", "--l")).ShouldContain("--last");
    }

    [Fact]
    public void A_line_of_images_is_drawn_from_the_base_to_what_was_made()
    {
        RelativeView Image(char digit, string name, int distance, bool inferred = false, string? container = null, bool present = true) => new(
            "sha256:" + new string(digit, 64), name, present, distance, inferred, container is null ? "pulled" : "committed", container, container, present, Noon, "unix:root");
        var text = new StringWriter();
        ShowLineage.Write(text, new ImageLineageView(
            Image('b', "web:1", 0, container: "cce"), [Image('a', "busybox:latest", 1)], [Image('c', "web:2", 1, inferred: true, present: false)],
            [new ArrivalView("committed", null, null, "sha256:m", Noon, "unix:root", "request", 7)]));
        var lines = text.ToString().Split('\n');
        lines[1].ShouldStartWith("aaaaaaaaaaaa ");
        lines[2].ShouldStartWith("└ bbbbbbbbbbbb  <");
        lines[2].ShouldContain("cce");
        lines[2].ShouldEndWith("by the log");
        lines[3].ShouldStartWith("  └ cccccccccccc");
        lines[3].ShouldContain("(web:2)");
        lines[3].ShouldContain("removed");
        lines[3].ShouldEndWith("by its layers");
        text.ToString().ShouldContain("sha256:m");
    }

    [Fact]
    public void A_names_changes_are_a_table_or_ids_for_another_command()
    {
        TagChangeView[] changes =
        [
            new("docker.io/library/app:latest", null, "sha256:" + new string('b', 64), Noon.AddHours(1), "unix:eve", "request", 9),
            new("docker.io/library/app:latest", "sha256:" + new string('b', 64), null, Noon, "unix:root", "request", 7),
        ];
        var (table, ids) = (new StringWriter(), new StringWriter());
        ShowTags.Write(table, changes, quiet: false);
        ShowTags.Write(ids, changes, quiet: true);
        var lines = table.ToString().Split('\n');
        lines[1].ShouldContain("none");
        lines[1].ShouldContain("unix:eve");
        lines[2].ShouldContain("bbbbbbbbbbbb");
        ids.ToString().ShouldBe("sha256:" + new string('b', 64) + "\n");
    }

    private static async Task<string[]> CompleteAsync(params string[] line)
    {
        var text = new StringWriter();
        await Completion.WriteAsync(line, text);
        return [.. text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0])];
    }

    private static EventView Event(long sequence, string type, DateTimeOffset at, string data) => new(
        sequence, "container/x", sequence, type, at, at, "unix:root", "request", null, null, "host-1", JsonDocument.Parse(data).RootElement);
}
