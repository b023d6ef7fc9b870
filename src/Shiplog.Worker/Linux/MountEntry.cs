using System.Text;

namespace Shiplog.Worker.Linux;

/// <summary>A line of the mount table (proc_pid_mountinfo(5)).</summary>
/// <param name="Device">Major and minor number.</param>
/// <param name="Root">What of the file system is mounted.</param>
/// <param name="Point">Where.</param>
/// <param name="Options">Of this mount: <c>rw,nosuid,relatime</c>.</param>
internal sealed record MountEntry(string Device, string Root, string Point, string Options, string Type, bool IsShared, bool IsSlave)
{
    /// <summary>As a process sees them, in the order in which they were mounted.</summary>
    /// <param name="process">Its id, or <c>thread-self</c>.</param>
    public static IEnumerable<MountEntry> Read(string process = "thread-self") => File.ReadLines($"/proc/{process}/mountinfo").Select(Parse);

    internal static MountEntry Parse(string line)
    {
        // 36 35 98:0 /root /point rw,noatime shared:1 master:2 - ext3 /dev/root rw
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", 6);
        var propagation = fields[6..separator];
        return new MountEntry(
            fields[2], Unescape(fields[3]), Unescape(fields[4]), fields[5], fields[separator + 1],
            propagation.Any(p => p.StartsWith("shared:", StringComparison.Ordinal)),
            propagation.Any(p => p.StartsWith("master:", StringComparison.Ordinal)));
    }

    // Blanks, tabs, newlines and backslashes stand as three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\')
            {
                text.Append(field[i]);
                continue;
            }

            text.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
            i += 3;
        }

        return text.ToString();
    }
}
